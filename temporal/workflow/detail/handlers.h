#pragma once

#include <temporal/common/payload.h>
#include <temporal/workflow/definition.h>
#include <temporal/workflow/detail/intrusive_list.h>
#include <temporal/workflow/detail/routine.h>
#include <temporal/workflow/detail/scheduler.h>
#include <temporal/workflow/handlers.h>

#include <temporal/sdk/core/workflow_activation/workflow_activation.pb.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

namespace temporal::workflow::detail {

class Context;

/// Signals, updates and queries on their way to the functions that handle them: those that the running code registered,
/// then those of the definition, then the definition's dynamic one.
///
///   message ──take──▶ handler starts                     lookup, validation, acceptance and start are one step
///               ├───▶ waits for the main function's      which may register a handler
///               │     first go, and is taken again
///               └───▶ waits for its handler (a signal), or is rejected (an update)
class Handlers {
 public:
  using SignalJob = coresdk::workflow_activation::SignalWorkflow;
  using UpdateJob = coresdk::workflow_activation::DoUpdate;

  explicit Handlers(Context& context) noexcept : context_(context) {}

  /// Messages are taken one by one, in the order in which they came.
  void signal(const SignalJob& job);
  void update(const UpdateJob& job);
  void query(const coresdk::workflow_activation::QueryWorkflow& job);
  /// How many signals and updates were taken that the history holds: all but updates that were rejected.
  [[nodiscard]] std::size_t taken() const noexcept { return taken_; }
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

  /// Of all that can be called now by a name of its own.
  struct Names {
    std::set<std::string> signals, queries, updates;
  };
  [[nodiscard]] Names names() const;

  [[nodiscard]] bool all_finished() const noexcept { return running_.empty(); }
  /// The workflow has ended: logs which handlers are left behind.
  void warn_of_unfinished();

 private:
  /// A handler that is under way. In the list as long as its coroutine lives.
  struct Running : ListNode<Running> {
    Running(Handlers& handlers, std::string description, UnfinishedPolicy policy)
        : handlers(handlers), description(std::move(description)), policy(policy) {}
    ~Running() {
      if (!finished) handlers.leave_behind(*this);
    }
    Handlers& handlers;
    std::string description;
    UnfinishedPolicy policy;
    bool finished = false;
  };

  /// A handler that the running code registered. Shared with the call that is under way: it may end its registration.
  template <class Handler>
  struct Registered {
    std::uint64_t number;
    std::shared_ptr<const Handler> handler;
  };
  template <class Handler>
  using Registry = Definition::Handlers<Registered<Handler>>;
  using Message = std::variant<SignalJob, UpdateJob>;

  /// A handler that was found, and how long it may run: one of the definition may only refer to the workflow's object.
  template <class Handler>
  struct Found {
    std::shared_ptr<const Handler> handler;
    Lifetime lifetime;
  };

  template <class Handler>
  std::uint64_t put(Registry<Handler>& registry, const std::string& name, Handler handler);
  /// Nothing when nothing handles the name.
  template <class Handler>
  std::optional<Found<Handler>> find(const std::string& name, const Registry<Handler>& registered,
                                     const Definition::Handlers<Handler>& defined, const Handler& dynamic) const;

  void take(const SignalJob& job);
  void take(const UpdateJob& job);
  Routine take_in_turn(Message message);
  Routine take_later(Message message);
  /// Starts a handler within the step in which its message was taken.
  void begin(Routine routine, std::shared_ptr<Scope> scope, Lifetime lifetime);
  std::unique_ptr<Running> note(std::string description, HandlerOptions options);
  void leave_behind(const Running& running);
  Routine run_signal(Task<Payload> handler, std::unique_ptr<Running> running);
  Routine run_update(Task<Payload> handler, std::string protocol_id, std::unique_ptr<Running> running);

  Context& context_;
  Registry<SignalHandler> signals_;
  Registry<QueryHandler> queries_;
  Registry<UpdateHandler> updates_;
  std::uint64_t last_number_ = 0;
  std::vector<Message> early_;      ///< found no handler, and the main function has not had its first go
  std::vector<SignalJob> waiting_;  ///< for their handler
  bool main_started_ = false;
  std::size_t taken_ = 0;
  IntrusiveList<Running> running_;
  std::string left_behind_;
};

}  // namespace temporal::workflow::detail
