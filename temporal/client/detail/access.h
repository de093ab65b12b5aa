#pragma once

#include <temporal/client/client.h>
#include <temporal/client/detail/errors.h>
#include <temporal/core/connection.h>
#include <temporal/core/runtime.h>

#include <memory>

/// \file
/// The door from a client to the bridge, for the other rooms of this library.

namespace temporal::client::detail {

/// The connection that a client's copies share.
const std::shared_ptr<core::Connection>& connection(const Client& client);

/// `Client::connect` on a runtime of its own choice.
Client connect(std::shared_ptr<core::Runtime> runtime, ConnectOptions options);

/// The runtime that `Client::connect` uses, made at the first call. It lives until the process ends.
const std::shared_ptr<core::Runtime>& default_runtime();

}  // namespace temporal::client::detail
