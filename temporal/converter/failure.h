#pragma once

#include <temporal/api/failure/v1/message.pb.h>

#include <exception>

/// \file
/// Exceptions to the failures that travel and back, causes included. Not public: no header for users includes it.

namespace temporal::converter {

/// A failure that came from `from_failure` and is passed on stays as it was. An exception of any other class becomes an
/// application failure that can be retried, with the class as its type. Never throws for what an exception contains:
/// text that is not UTF-8 is repaired. What leaves is bounded: a chain of more than 32 failures keeps the first ones
/// and its root, and when all of it has more than 1,500,000 bytes, each text keeps 8 KiB and details that have more are
/// left out, which the messages say. `error` is not null.
temporal::api::failure::v1::Failure to_failure(const std::exception_ptr& error);

/// Never null. A failure of an unknown kind becomes a `FailureError`. Message and stack trace that the sender put into
/// encoded attributes are read from there.
std::exception_ptr from_failure(const temporal::api::failure::v1::Failure& failure);

}  // namespace temporal::converter
