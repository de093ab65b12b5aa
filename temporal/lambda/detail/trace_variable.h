#pragma once

#include <string_view>

/// \file
/// `_X_AMZN_TRACE_ID`, which AWS demands of runtimes
/// (https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html): the AWS SDK sends it on, X-Ray connects what an
/// activity calls with the invocation, and Lambda stops functions that invoke themselves without end.

namespace temporal::lambda::detail {

/// Puts the variable into the environment, empty. Once, before there are threads.
void reserve_trace_variable();

/// Gives it another value, in place: threads that read the environment meanwhile find the variable where it was. One
/// that does not fit, or holds a NUL, leaves it empty.
void set_trace_variable(std::string_view trace_id) noexcept;

}  // namespace temporal::lambda::detail
