// Compiled once with each WRONG: a signature whose types do not travel is found where it is registered.
#include <temporal/worker/worker_options.h>

struct Unknown {
  int value;
};

#if WRONG == 1
void charge(Unknown order);
#elif WRONG == 2
Unknown charge(int order);
#else
int charge(int order);
#endif
temporal::workflow::Task<void> buy(int order);
#if WRONG == 3
temporal::workflow::Task<void> sell(const std::string& order);
#else
temporal::workflow::Task<void> sell(std::string order);
#endif

void configure(temporal::worker::WorkerOptions& options) {
  options.add_activity<charge>();
  options.add_workflow<buy>();
  options.add_workflow<sell>();
}
