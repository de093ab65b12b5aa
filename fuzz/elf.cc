// A bootstrap of anybody's, which is read and judged: whatever it says, the answer is a finding.
#include <tools/temporal-lambda/package/judge.h>
#include <tools/temporal-lambda/package/program.h>

#include <cstdint>
#include <cstdlib>
#include <string>

using namespace temporal::lambda_package;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes{reinterpret_cast<const char*>(data), size};
  // The same bytes are also a library that the bootstrap needs, when it says so.
  const Files files{{"bootstrap", {.content = bytes, .mode = 0755}}, {"libc++.so.1", {.content = bytes}}};
  const bool is_known = !describe_bootstrap(files).architecture.empty() || bytes.starts_with("#!");
  if (!is_known && judge(files, 0).empty()) std::abort();
  return 0;
}
