#pragma once

#include <temporal/core/error.h>

#include <functional>
#include <string>

namespace temporal::core {

/// Takes the answer to a request. Runs on a thread of the runtime, exactly once: it must not block or throw.
using Callback = std::function<void(Result)>;

/// Blocks for one answer: `await([&](Callback done) { worker.validate(std::move(done)); })`.
/// @throws Error
std::string await(const std::function<void(Callback)>& start);

}  // namespace temporal::core
