#pragma once

#include <temporal/api/failure/v1/message.pb.h>

#include <exception>

/// \file
/// Exceptions to the failures that travel and back, causes included. Not public: no header for users includes it.

namespace temporal::converter {

/// A failure that came from `from_failure` and is passed on stays as it was. An exception of any other class becomes an
/// application failure that can be retried, with the class as its type. Never throws for what an exception contains:
/// text that is not UTF-8 is repaired, a chain that is too deep is cut. `error` is not null.
temporal::api::failure::v1::Failure to_failure(const std::exception_ptr& error);

/// Never null. A failure of an unknown kind becomes a `FailureError`.
std::exception_ptr from_failure(const temporal::api::failure::v1::Failure& failure);

}  // namespace temporal::converter
