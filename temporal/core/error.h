#pragma once

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

namespace temporal::core {

/// What kind of thing went wrong below the bridge. The values are those of `TemporalCode`.
enum class ErrorKind {
  none = 0,
  invalid_argument = 1,
  configuration = 2,
  connection = 3,
  rpc = 4,
  timeout = 5,
  shutdown = 6,
  validation = 7,
  internal = 8,
  encode = 101,  ///< not of the bridge: the codec's
  decode = 102,
};

/// A failure of the bridge or of what is behind it.
struct Error : std::runtime_error {
  Error(ErrorKind kind, const std::string& message, int grpc_status = 0, std::string grpc_details = {})
      : std::runtime_error(message), kind(kind), grpc_status(grpc_status), grpc_details(std::move(grpc_details)) {}

  ErrorKind kind;
  int grpc_status;           ///< 0 when it is no answer of a server
  std::string grpc_details;  ///< a serialized google.rpc.Status, or empty
};

/// The answer to a request: bytes, or an error.
struct Result {
  std::shared_ptr<const Error> error = {};  ///< null: all went well
  std::string bytes = {};
};

}  // namespace temporal::core
