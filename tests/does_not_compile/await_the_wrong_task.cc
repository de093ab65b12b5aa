// Compiled once with each WRONG: the two coroutine types do not mix.
#include <temporal/common/sleep.h>
#include <temporal/workflow/task.h>

temporal::Task<int> outside();
temporal::workflow::Task<int> inside();

#if WRONG == 1
temporal::workflow::Task<int> in_a_workflow() { co_return co_await outside(); }
#elif WRONG == 2
temporal::Task<int> in_an_activity() { co_return co_await inside(); }
#elif WRONG == 3
temporal::Task<int> twice(temporal::Task<int> task) { co_return co_await task; }
#else
temporal::Task<int> in_an_activity() {
  co_await temporal::sleep_for({});
  co_return co_await outside();
}
temporal::workflow::Task<int> in_a_workflow() { co_return co_await inside(); }
#endif
