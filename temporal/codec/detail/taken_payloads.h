#pragma once

#include <string>

namespace temporal::codec::detail {

/// A message whose payloads are taken out. To be used by one thread at a time.
class TakenPayloads {
 public:
  TakenPayloads() = default;
  TakenPayloads(const TakenPayloads&) = delete;
  TakenPayloads& operator=(const TakenPayloads&) = delete;
  virtual ~TakenPayloads() = default;

  /// A serialized `temporal.api.common.v1.Payloads`.
  [[nodiscard]] virtual const std::string& taken() const = 0;
  /// Gives the message with as many others in their places, once.
  [[nodiscard]] virtual std::string put(const std::string& given) = 0;
};

}  // namespace temporal::codec::detail
