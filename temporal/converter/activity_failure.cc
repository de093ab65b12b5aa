#include <temporal/converter/activity_failure.h>

#include <temporal/common/failure_errors.h>
#include <temporal/common/type_name.h>
#include <temporal/common/utf8.h>
#include <temporal/converter/failure.h>

#include <string>
#include <utility>

namespace temporal::converter {
namespace {

constexpr std::size_t longest_message = 8192;  // bytes; the whole of it is in the cause

std::string class_of(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& known) {
    return detail::type_name(typeid(known));
  } catch (...) {
    return "unknown";
  }
}

}  // namespace

api::failure::v1::Failure to_activity_failure(const std::exception_ptr& error) {
  auto failure = to_failure(error);
  if (failure.has_application_failure_info()) return failure;
  api::failure::v1::Failure wrapped;
  wrapped.set_source(failure.source());
  wrapped.set_message(std::string{temporal::detail::utf8_prefix(failure.message(), longest_message)});
  auto& info = *wrapped.mutable_application_failure_info();
  info.set_type(class_of(error));
  info.set_non_retryable(failure.server_failure_info().non_retryable());
  *wrapped.mutable_cause() = std::move(failure);
  return wrapped;
}

}  // namespace temporal::converter
