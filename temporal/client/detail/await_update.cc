#include <temporal/client/detail/await_update.h>

#include <temporal/client/detail/errors.h>
#include <temporal/client/detail/session.h>
#include <temporal/common/errors.h>
#include <temporal/converter/failure.h>
#include <temporal/converter/proto_payload.h>

#include <utility>

namespace temporal::client::detail {
namespace {

Outcome read(const temporal::api::update::v1::Outcome& outcome) {
  if (outcome.has_failure()) {
    return {.failure = std::make_exception_ptr(UpdateFailedError(converter::from_failure(outcome.failure())))};
  }
  return {.values = converter::to_payloads(outcome.success())};
}

/// One update. Lives in the callback of its current call.
class Update : public std::enable_shared_from_this<Update> {
 public:
  Update(std::shared_ptr<Session> session, service::UpdateWorkflowExecutionRequest request, OnOutcome done)
      : session_(std::move(session)), request_(std::move(request)), done_(std::move(done)) {}

  /// Repeating it is harmless: the update's id says that it is the same one.
  void send() {
    session_->call("update_workflow_execution", request_, CallKind::long_poll,
                   [self = shared_from_this()](const core::Result& result) {
                     self->on_answer<service::UpdateWorkflowExecutionResponse>(result);
                   });
  }

 private:
  void poll() {
    session_->call("poll_workflow_execution_update", poll_update_request(session_->sender(), accepted_),
                   CallKind::long_poll, [self = shared_from_this()](const core::Result& result) {
                     self->on_answer<service::PollWorkflowExecutionUpdateResponse>(result);
                   });
  }

  void ask_again() { accepted_.update_id().empty() ? send() : poll(); }

  template <class Response>
  void on_answer(const core::Result& result) {
    using temporal::api::enums::v1::UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_ACCEPTED;
    try {
      if (result.error) {
        if (is_poll_timeout(*result.error)) return ask_again();
        return done_({.failure = to_public(*result.error)});
      }
      const auto response = parse<Response>(result);
      if (response.has_outcome()) return done_(read(response.outcome()));
      if (response.stage() >= UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_ACCEPTED) accepted_ = response.update_ref();
      ask_again();
    } catch (...) {
      done_({.failure = std::current_exception()});
    }
  }

  std::shared_ptr<Session> session_;
  service::UpdateWorkflowExecutionRequest request_;
  temporal::api::update::v1::UpdateRef accepted_;  ///< empty until a worker has accepted it
  OnOutcome done_;
};

}  // namespace

void await_update(std::shared_ptr<Session> session, service::UpdateWorkflowExecutionRequest request, OnOutcome done) {
  std::make_shared<Update>(std::move(session), std::move(request), std::move(done))->send();
}

}  // namespace temporal::client::detail
