#include <temporal/workflow/detail/scheduler.h>

#include <temporal/workflow/detail/context.h>

#include <utility>

namespace temporal::workflow::detail {

void Scheduler::own(Routine routine, std::shared_ptr<Scope> scope, Lifetime lifetime) {
  auto& promise = routine.frame.promise();
  promise.number = ++last_number_;
  (lifetime == Lifetime::of_main ? of_main_ : of_run_).push_back(promise);
  promise.start.park(routine.frame, std::move(scope), lifetime);
}

void Scheduler::start(Routine routine, std::shared_ptr<Scope> scope, Lifetime lifetime) {
  own(routine, std::move(scope), lifetime);
  make_ready(routine.frame.promise().start);
}

void Scheduler::start_next(Routine routine, std::shared_ptr<Scope> scope) {
  own(routine, std::move(scope), Lifetime::of_main);
  ready_.push_front(routine.frame.promise().start);
}

void Scheduler::start_now(Routine routine, std::shared_ptr<Scope> its_scope, Lifetime its_lifetime) {
  own(routine, its_scope, its_lifetime);
  const auto outer_scope = std::exchange(scope, std::move(its_scope));
  const auto outer_lifetime = std::exchange(lifetime, its_lifetime);
  routine.frame.resume();
  scope = outer_scope;
  lifetime = outer_lifetime;
}

void Scheduler::run_until_blocked() {
  do {
    run_what_is_ready();
    make_conditions_ready();
  } while (!ready_.empty());
}

void Scheduler::run_what_is_ready() {
  while (!ready_.empty() && !failure_) {
    auto& waiter = ready_.front();
    waiter.unlink();
    scope = waiter.scope();
    lifetime = waiter.lifetime();
    waiter.resume();
    if (run_ended_) {
      while (!of_main_.empty()) destroy_last(of_main_);
    }
  }
  if (failure_) std::rethrow_exception(failure_);
}

void Scheduler::fail_task(std::exception_ptr failure) noexcept {
  if (!failure_) failure_ = std::move(failure);
}

void Scheduler::make_conditions_ready() {
  conditions_.for_each([this](Condition& condition) {
    if (!condition.holds()) return;
    condition.detach();
    condition.ListNode<Condition>::unlink();
    make_ready(condition);
  });
}

void Scheduler::end_since(std::uint64_t number) noexcept {
  while (!of_main_.empty() && of_main_.back().number >= number) destroy_last(of_main_);
}

EndOfMain::EndOfMain() : first_(Context::current().scheduler.next_number()) {}

EndOfMain::~EndOfMain() {
  auto& context = Context::current();
  if (context.facts.in_order()) context.scheduler.end_since(first_);
}

void Scheduler::destroy_routines() noexcept {
  while (!of_main_.empty()) destroy_last(of_main_);
  while (!of_run_.empty()) destroy_last(of_run_);
}

void Scheduler::destroy_last(Routines& routines) noexcept {
  const Commands::Closed closed{commands_};
  Routine::Frame::from_promise(routines.back()).destroy();  // what it runs is a task, which lets nothing out
}

}  // namespace temporal::workflow::detail
