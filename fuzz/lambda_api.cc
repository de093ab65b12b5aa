// What callers send to the local Lambda, and the file that configures it.
#include <tools/temporal-lambda/local/config.h>
#include <tools/temporal-lambda/local/lambda_api.h>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>

#include <cstdint>
#include <fstream>
#include <stdexcept>
#include <string>

#include <unistd.h>

using namespace temporal::local_lambda;
namespace http = boost::beast::http;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string input{reinterpret_cast<const char*>(data), size};
  http::request_parser<http::string_body> parser;
  parser.eager(true);
  boost::system::error_code error;
  parser.put(boost::asio::buffer(input), error);
  if (!error && parser.is_header_done()) {
    const LocalOptions options{.aliases = {{.function = "hello", .name = "live", .version = "5"}}};
    LambdaApi::Functions functions;
    LambdaApi{options, functions}.handle(parser.get(), [](const HttpResponse&) {});
  }
  static const std::string path = "/dev/shm/temporal-fuzz-" + std::to_string(::getpid()) + ".toml";
  std::ofstream{path} << input;
  try {
    validate({.functions = functions_from_toml(path)});
  } catch (const std::invalid_argument&) {
  }
  return 0;
}
