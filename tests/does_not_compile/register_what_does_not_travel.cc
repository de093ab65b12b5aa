// Compiled once with each WRONG: a signature whose types do not travel is found where it is registered.
#include <temporal/worker/worker_options.h>

struct Unknown {
  int value;
};

#if WRONG == 1
void charge(Unknown order);
#elif WRONG == 2
Unknown charge(int order);
#elif WRONG == 4
void charge(const std::vector<std::string_view>& orders);
#else
int charge(int order);
#endif
temporal::workflow::Task<void> buy(int order);
#if WRONG == 3
temporal::workflow::Task<void> sell(const std::string& order);
#else
temporal::workflow::Task<void> sell(std::string order);
#endif

#if WRONG == 5
using Reason = std::optional<std::string_view>;
#else
using Reason = std::optional<std::string>;
#endif
struct Rent {
  temporal::workflow::Task<void> run();
  void cancel(const Reason& reason);
  void extend(int days);
#if WRONG == 6
  void check() const;
#else
  void check(int days) const;
#endif
};

void configure(temporal::worker::WorkerOptions& options) {
  options.add_activity<charge>();
  options.add_workflow<buy>();
  options.add_workflow<sell>();
  options.add_workflow(temporal::workflow::definition<Rent>()
                           .run<&Rent::run>()
                           .signal<&Rent::cancel>()
                           .update<&Rent::extend, &Rent::check>());
}
