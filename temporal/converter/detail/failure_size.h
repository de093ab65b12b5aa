#pragma once

#include <temporal/api/failure/v1/message.pb.h>

#include <cstddef>
#include <vector>

/// \file
/// What leaves is no larger than what the server and the readers of protobuf take.

namespace temporal::converter::detail {

/// Failures of a chain, causes included. Readers of protobuf refuse what is nested 100 deep, and a failure is not the
/// outermost message. Without a limit a chain that is passed on grows with each workflow that it passes.
inline constexpr std::size_t longest_chain = 32;
/// Bytes of a chain. The server refuses failures of more than 2 MB.
inline constexpr std::size_t largest_failure = 1'500'000;
/// Bytes that each text and the details of each failure keep in a chain that is larger.
inline constexpr std::size_t kept_of_a_large_one = 8192;

/// Collects the failures of a chain, the outermost first: all of a short one, the first ones and the root of a long
/// one.
class FailureChain {
 public:
  /// A failure with all causes that it has.
  void add(temporal::api::failure::v1::Failure failure);
  /// The outermost failure with the others as causes. Not empty.
  temporal::api::failure::v1::Failure join() &&;

 private:
  std::vector<temporal::api::failure::v1::Failure> failures_;  ///< without causes
};

}  // namespace temporal::converter::detail
