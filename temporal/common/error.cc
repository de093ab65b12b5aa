#include <temporal/common/error.h>

#include <temporal/common/detail/thrown_value.h>
#include <temporal/common/failure_errors.h>
#include <temporal/common/type_name.h>

#include <initializer_list>
#include <string_view>
#include <utility>

namespace temporal {
namespace {

constexpr int deepest_cause = 32;  // a bound for whoever builds a cycle or a very long chain

std::string describe_with_causes(const std::exception_ptr& error, int depth);

std::string followed_by(std::string text, const std::exception_ptr& cause, int depth) {
  if (!cause) return text;
  if (depth == deepest_cause) return text + ": …";
  return text + ": " + describe_with_causes(cause, depth + 1);
}

/// "(a, b)" of what is there.
std::string in_brackets(std::initializer_list<std::string_view> parts) {
  std::string text;
  for (const auto part : parts) {
    if (!part.empty()) text += (text.empty() ? "(" : ", ") + std::string{part};
  }
  return text.empty() ? text : text + ")";
}

std::string subject(const std::exception& error) {
  if (const auto* application = dynamic_cast<const ApplicationError*>(&error)) {
    return in_brackets({application->type()});
  }
  if (const auto* activity = dynamic_cast<const ActivityError*>(&error)) {
    return in_brackets({activity->activity_type(), activity->activity_id()});
  }
  if (const auto* child = dynamic_cast<const ChildWorkflowError*>(&error)) {
    return in_brackets({child->info().workflow_type, child->info().workflow_id});
  }
  if (const auto* nexus = dynamic_cast<const NexusOperationError*>(&error)) {
    return in_brackets({nexus->info().endpoint, nexus->info().service, nexus->info().operation});
  }
  return {};
}

std::string head(const std::exception& error) {
  return detail::type_name(typeid(error)) + subject(error) + ": " + error.what();
}

std::string describe_with_causes(const std::exception_ptr& error, int depth) {
  try {
    std::rethrow_exception(error);
  } catch (const Error& known) {
    return followed_by(head(known), known.cause(), depth);
  } catch (const std::exception& other) {
    const auto* nested = dynamic_cast<const std::nested_exception*>(&other);
    return followed_by(head(other), nested == nullptr ? nullptr : nested->nested_ptr(), depth);
  } catch (...) {
    const auto thrown = detail::thrown_value();
    return thrown.type + ": " + thrown.message;
  }
}

}  // namespace

Error::Error(std::string message, std::exception_ptr cause, std::string stack_trace)
    : data_(std::make_shared<const Data>(Data{std::move(message), std::move(cause), std::move(stack_trace)})) {}

namespace {

thread_local bool cancellations_count_anywhere = false;

/// Its cause says what became of the work that it is about, and is not what made other work fail.
bool tells_of_work(const FailureError& failure) {
  return dynamic_cast<const ActivityError*>(&failure) != nullptr ||
         dynamic_cast<const ChildWorkflowError*>(&failure) != nullptr ||
         dynamic_cast<const NexusOperationError*>(&failure) != nullptr;
}

}  // namespace

bool is_cancellation(const std::exception_ptr& error) {
  if (!error) return false;
  try {
    std::rethrow_exception(error);
  } catch (const CancelledError&) {
    return true;
  } catch (const FailureError& failure) {
    return (cancellations_count_anywhere || tells_of_work(failure)) && is_cancellation(failure.cause());
  } catch (...) {
    return false;
  }
}

detail::CancellationsCountAnywhere::CancellationsCountAnywhere(bool anywhere) noexcept
    : before_(std::exchange(cancellations_count_anywhere, anywhere)) {}
detail::CancellationsCountAnywhere::~CancellationsCountAnywhere() { cancellations_count_anywhere = before_; }

std::string describe(const std::exception_ptr& error) { return error ? describe_with_causes(error, 0) : "no error"; }

}  // namespace temporal
