// Programs for workflows and courses of events for them, made from the input: see tests/generated/README.md.
#include "tests/generated/check.h"
#include "tests/generated/choices.h"
#include "tests/generated/program.h"
#include "tests/generated/shrink.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>

using namespace temporal::generated;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto made = Case::of_bytes({data, data + size});
  const auto problem = check(made);
  if (problem.empty()) return 0;
  const auto kind = kind_of(problem);
  const auto smaller = shrink(made, [&](const Case& each) { return kind_of(check(each)) == kind; });
  std::cerr << check(smaller) << "\n"
            << to_text(make_program(Choices{smaller.program})) << events_of(smaller)
            << "as bytes: " << to_hex(smaller.bytes()) << std::endl;
  std::abort();
}
