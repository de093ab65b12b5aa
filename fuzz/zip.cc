// A function's zip, which is unpacked into a folder: nothing of it may be written elsewhere. What can be packed anew is
// the same zip when that is done twice.
#include <tools/temporal-lambda/local/code.h>
#include <tools/temporal-lambda/package/zip.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

namespace fs = std::filesystem;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::int64_t largest = 1 << 20;
  static const temporal::local_lambda::TemporaryFolder folder{"fuzz"};
  const auto zip = folder.path() / "in.zip";
  const std::string bytes{reinterpret_cast<const char*>(data), size};
  std::ofstream{zip} << bytes;
  try {
    const temporal::local_lambda::TemporaryFolder into{"fuzz"};
    (void)temporal::local_lambda::lay_out_code(zip, into.path() / "task", largest);
  } catch (const std::runtime_error&) {
  }
  // What leads out by one or two levels lands here, or beside the folders of this process.
  for (const auto& entry : fs::directory_iterator{folder.path()}) {
    if (entry.path() != zip) std::abort();
  }
  try {
    using namespace temporal::lambda_package;
    const auto packed = write_zip(with_lambdas_modes(read_zip(bytes, "in.zip", largest)));
    if (write_zip(read_zip(packed, "out.zip", largest)) != packed) std::abort();
  } catch (const std::runtime_error&) {
  }
  return 0;
}
