#pragma once

#include <nlohmann/json.hpp>

namespace temporal::testing::detail {

/// Whether a value is a `temporal.api.common.v1.Payload` as JSON has it, in base64. Tools that decode payloads for
/// people put other things there: the value itself, or plain text in place of base64.
[[nodiscard]] bool is_payload(const nlohmann::ordered_json& value);

}  // namespace temporal::testing::detail
