// A function's zip, which is unpacked into a folder: nothing of it may be written elsewhere.
#include <tools/temporal-lambda/local/code.h>

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
  std::ofstream{zip} << std::string{reinterpret_cast<const char*>(data), size};
  try {
    const temporal::local_lambda::TemporaryFolder into{"fuzz"};
    (void)temporal::local_lambda::lay_out_code(zip, into.path() / "task", largest);
  } catch (const std::runtime_error&) {
  }
  // What leads out by one or two levels lands here, or beside the folders of this process.
  for (const auto& entry : fs::directory_iterator{folder.path()}) {
    if (entry.path() != zip) std::abort();
  }
  return 0;
}
