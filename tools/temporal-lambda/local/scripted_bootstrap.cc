// A bootstrap for tests, by raw sockets: each event's payload says what to do with it.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

namespace {

std::string exchange(const std::string& method, const std::string& path, const std::string& body = "") {
  const std::string api = std::getenv("AWS_LAMBDA_RUNTIME_API");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<unsigned short>(std::atoi(api.substr(api.find(':') + 1).c_str())));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) std::exit(3);
  const auto request = method + " " + path + " HTTP/1.1\r\nHost: " + api +
                       "\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  if (::write(fd, request.data(), request.size()) < 0) std::exit(3);
  std::string response;
  char buffer[4096];
  for (ssize_t n = 0; (n = ::read(fd, buffer, sizeof buffer)) > 0;)
    response.append(buffer, static_cast<std::size_t>(n));
  ::close(fd);
  return response;
}

std::string header(const std::string& response, const std::string& name) {
  if (response.find(name + ": ") == std::string::npos) return "";
  const auto begin = response.find(name + ": ") + name.size() + 2;
  return response.substr(begin, response.find('\r', begin) - begin);
}

}  // namespace

int main() {
  const std::string base = "/2018-06-01/runtime/";
  const char* mode = std::getenv("INIT");
  if (mode != nullptr && std::string{mode} == "error") {
    exchange("POST", base + "init/error", R"({"errorType":"Test.InitError","errorMessage":"no"})");
    return 1;
  }
  if (mode != nullptr && std::string{mode} == "hang") ::pause();
  if (mode != nullptr && std::string{mode} == "fail once") {
    const auto mark = std::string{std::getenv("TMPDIR")} + "/failed";
    if (!std::ifstream{mark}) {
      std::ofstream{mark} << "once";
      return 5;
    }
  }
  for (int count = 1;; ++count) {
    const auto event = exchange("GET", base + "invocation/next");
    const auto body = event.substr(event.find("\r\n\r\n") + 4);
    const auto payload = body.starts_with('"') ? body.substr(1, body.size() - 2) : body;
    const auto context = header(event, "Lambda-Runtime-Client-Context");
    const auto invocation = base + "invocation/" + header(event, "Lambda-Runtime-Aws-Request-Id");
    if (payload == "crash") ::raise(SIGSEGV);
    if (payload == "exit") return 7;
    if (payload == "hang") ::pause();
    if (payload == "say") std::cerr << "a line of the function\n";
    if (payload == "eat") {
      for (std::vector<std::string> eaten;; ::usleep(1000)) eaten.emplace_back(1 << 22, 'x');
    }
    if (payload == "next twice" && exchange("GET", base + "invocation/next").find(" 403 ") == std::string::npos)
      return 4;
    if (payload == "leave a process behind") {
      const pid_t left = ::fork();
      if (left == 0) {  // it leaves the group and keeps the pipe
        ::setsid();
        ::alarm(20);
        ::pause();
      }
      while (::getsid(left) != left) continue;
      return 7;
    }
    if (payload == "fail in latin-1") {
      exchange("POST", invocation + "/error", "{\"errorType\":\"Caf\xe9\"}");
    } else if (payload == "too much") {
      exchange("POST", invocation + "/response", "\"" + std::string(7'000'000, 'x') + "\"");
    } else if (payload == "write beside the code") {
      const auto file = std::string{std::getenv("LAMBDA_TASK_ROOT")} + "/written";
      exchange("POST", invocation + "/response", std::ofstream{file} ? "\"written\"" : "\"read-only\"");
    } else if (payload == "fail") {
      exchange("POST", invocation + "/error", R"({"errorType":"Test.Error","errorMessage":"asked to"})");
    } else {
      exchange("POST", invocation + "/response",
               "{\"pid\":" + std::to_string(::getpid()) + ",\"count\":" + std::to_string(count) + ",\"arn\":\"" +
                   header(event, "Lambda-Runtime-Invoked-Function-Arn") + "\",\"version\":\"" +
                   std::getenv("AWS_LAMBDA_FUNCTION_VERSION") + "\",\"tmp\":\"" + std::getenv("TMPDIR") +
                   "\",\"event\":" + body + ",\"trace\":\"" + header(event, "Lambda-Runtime-Trace-Id") +
                   "\",\"context\":" + (context.empty() ? "null" : context) + "}");
    }
    if (payload == "exit after the answer") return 0;
  }
}
