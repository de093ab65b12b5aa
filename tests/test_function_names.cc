// The tests start these by name: their code is in the function.
#include "test_function.h"

namespace temporal::tests {

workflow::Task<std::string> hello(std::string) { co_return ""; }
workflow::Task<int> survives(std::string) { co_return 0; }
workflow::Task<int> lingers(std::string) { co_return 0; }
std::string which_build() { return ""; }

}  // namespace temporal::tests
