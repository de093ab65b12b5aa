#include <temporal/workflow/detail/outcome.h>

#include <temporal/common/failure_errors.h>
#include <temporal/converter/failure.h>
#include <temporal/converter/proto_payload.h>
#include <temporal/converter/search_attributes.h>
#include <temporal/workflow/detail/context.h>
#include <temporal/workflow/detail/to_proto.h>

#include <utility>

namespace temporal::workflow::detail {
namespace {

api::enums::v1::ContinueAsNewVersioningBehavior to_proto(ContinueAsNewVersioningBehavior behavior) {
  return behavior == ContinueAsNewVersioningBehavior::auto_upgrade
             ? api::enums::v1::CONTINUE_AS_NEW_VERSIONING_BEHAVIOR_AUTO_UPGRADE
             : api::enums::v1::CONTINUE_AS_NEW_VERSIONING_BEHAVIOR_USE_RAMPING_VERSION;
}

}  // namespace

bool Outcome::decide() noexcept {
  if (context_.commands.closed() || std::exchange(decided_, true)) return false;
  if (context_.facts.in_order()) context_.scheduler.end_run();
  return true;
}

void Outcome::fail_later(std::exception_ptr failure) noexcept {
  if (!unawaited_) unawaited_ = std::move(failure);
}

void Outcome::complete(Payload result) {
  if (unawaited_) return fail(std::exchange(unawaited_, nullptr));
  if (!decide()) return;
  *context_.commands.add().mutable_complete_workflow_execution()->mutable_result() =
      converter::to_proto(std::move(result));
}

void Outcome::fail(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const ContinueAsNew& request) {
    return continue_as_new(request.next);
  } catch (...) {  // NOLINT(bugprone-empty-catch): any other is told apart below
  }
  if (!fails_workflow(failure)) return context_.scheduler.fail_task(failure);
  if (!decide()) return;
  auto& command = context_.commands.add();
  if (context_.root_scope->cancelled() && is_cancellation(failure)) {
    command.mutable_cancel_workflow_execution();
  } else {
    *command.mutable_fail_workflow_execution()->mutable_failure() = converter::to_failure(failure);
  }
}

void Outcome::continue_as_new(const ContinueAsNewInput& input) {
  if (unawaited_) return fail(std::exchange(unawaited_, nullptr));
  if (!decide()) return;
  using converter::set_duration;
  const auto& options = input.options;
  auto& next = *context_.commands.add().mutable_continue_as_new_workflow_execution();
  next.set_workflow_type(input.workflow_type);
  next.set_task_queue(options.task_queue.empty() ? context_.facts.info.task_queue : options.task_queue);
  converter::set_payloads(*next.mutable_arguments(), input.arguments);
  converter::set_payload_map(*next.mutable_headers(), input.headers);
  if (options.run_timeout) set_duration(*next.mutable_workflow_run_timeout(), *options.run_timeout);
  if (options.task_timeout) set_duration(*next.mutable_workflow_task_timeout(), *options.task_timeout);
  if (options.start_delay) set_duration(*next.mutable_backoff_start_interval(), *options.start_delay);
  if (options.retry_policy) *next.mutable_retry_policy() = converter::to_proto(*options.retry_policy);
  next.set_versioning_intent(to_proto(options.versioning_intent));
  if (options.initial_versioning_behavior) {
    next.set_initial_versioning_behavior(to_proto(*options.initial_versioning_behavior));
  }
  if (!options.search_attributes.empty()) {
    *next.mutable_search_attributes() = converter::to_proto(options.search_attributes);
  }
  converter::set_payload_map(*next.mutable_memo(),
                             options.memo.empty() ? context_.properties.memo_to_continue_with() : options.memo);
}

bool Outcome::fails_workflow(const std::exception_ptr& failure) const {
  try {
    std::rethrow_exception(failure);
  } catch (const FailureError&) {
    return true;
  } catch (...) {
    return context_.definition.options.failure_exception_types.contain(failure) ||
           context_.options.failure_exception_types.contain(failure);
  }
}

bool Outcome::ends_run(const std::exception_ptr& failure) const {
  try {
    std::rethrow_exception(failure);
  } catch (const ContinueAsNew&) {
    return true;
  } catch (...) {
    return fails_workflow(failure);
  }
}

}  // namespace temporal::workflow::detail
