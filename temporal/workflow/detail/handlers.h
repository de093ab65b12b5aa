#pragma once

#include <temporal/common/payload.h>
#include <temporal/workflow/definition.h>
#include <temporal/workflow/detail/intrusive_list.h>
#include <temporal/workflow/detail/routine.h>
#include <temporal/workflow/handlers.h>

#include <temporal/sdk/core/workflow_activation/workflow_activation.pb.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace temporal::workflow::detail {

class Context;

/// Signals, updates and queries on their way to the functions that handle them: those that the running code registered,
/// then those of the definition, then the definition's dynamic one. A signal for which there is none waits for one. An
/// update waits only for the main function's first go, which may register its handler; then it is rejected.
class Handlers {
 public:
  explicit Handlers(Context& context) noexcept : context_(context) {}

  void signal(const coresdk::workflow_activation::SignalWorkflow& job);
  void update(const coresdk::workflow_activation::DoUpdate& job);
  void query(const coresdk::workflow_activation::QueryWorkflow& job);
  /// The main function has been started and has its first go next: there it may register handlers.
  void main_started();

  /// The last link of a signal's way: its handler. One whose arguments do not decode is logged and dropped, since a
  /// task that failed for it would fail for ever.
  [[nodiscard]] Task<Payload> call(const SignalHandler& handler, const std::string& name,
                                   const Definition::Arguments& arguments) const;

  /// Puts a handler in the place of the one of that name, if there is one. The number tells it from all others.
  std::uint64_t add_signal(const std::string& name, SignalHandler handler);
  std::uint64_t add_query(const std::string& name, QueryHandler handler);
  std::uint64_t add_update(const std::string& name, UpdateHandler handler);
  /// Lets go of what the running code registered.
  void clear() noexcept;
  /// Does nothing when another handler has taken its place.
  void remove(HandlerRegistration::Kind kind, const std::string& name, std::uint64_t number);

  [[nodiscard]] bool all_finished() const noexcept { return running_.empty(); }
  /// The workflow has ended: logs which handlers are left behind.
  void warn_of_unfinished();

 private:
  /// A handler that is under way. In the list as long as its coroutine lives.
  struct Running : ListNode<Running> {
    Running(std::string name, std::string update_id, UnfinishedPolicy policy)
        : name(std::move(name)), update_id(std::move(update_id)), policy(policy) {}
    std::string name;
    std::string update_id;  ///< empty for a signal
    UnfinishedPolicy policy;
  };

  /// A handler that the running code registered. Shared with the call that is under way: it may end its registration.
  template <class Handler>
  struct Registered {
    std::uint64_t number;
    std::shared_ptr<const Handler> handler;
  };
  template <class Handler>
  using Registry = Definition::Handlers<Registered<Handler>>;

  template <class Handler>
  std::uint64_t put(Registry<Handler>& registry, const std::string& name, Handler handler);
  std::unique_ptr<Running> note(std::string name, std::string update_id, HandlerOptions options);
  Routine take_early_updates();
  Routine take_update(coresdk::workflow_activation::DoUpdate job);
  Routine run_signal(Task<Payload> handler, std::unique_ptr<Running> running);
  Routine run_update(Task<Payload> handler, std::string protocol_id, std::unique_ptr<Running> running);

  Context& context_;
  Registry<SignalHandler> signals_;
  Registry<QueryHandler> queries_;
  Registry<UpdateHandler> updates_;
  std::uint64_t last_number_ = 0;
  std::vector<coresdk::workflow_activation::SignalWorkflow> waiting_;
  std::vector<coresdk::workflow_activation::DoUpdate> early_updates_;
  bool main_has_run_ = false;
  IntrusiveList<Running> running_;
};

}  // namespace temporal::workflow::detail
