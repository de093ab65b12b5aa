#pragma once

#include <temporal/api/failure/v1/message.pb.h>

#include <exception>

/// \file
/// Not public: no header for users includes it.

namespace temporal::converter {

/// What an attempt of an activity fails with. The server takes application failures alone and forgets the report of any
/// other: an error that would become one of another kind (a `CancelledError`, a `TimeoutError`, what a workflow failed
/// with) is wrapped in one that has its class as type and itself as cause. `error` is not null.
temporal::api::failure::v1::Failure to_activity_failure(const std::exception_ptr& error);

}  // namespace temporal::converter
