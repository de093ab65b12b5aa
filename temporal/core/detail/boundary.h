#pragma once

#include <temporal/core/request.h>

#include <temporal_bridge.h>

#include <cstdint>
#include <functional>
#include <string>

/// \file
/// From C to C++ and back: no exception crosses, and no C type leaves temporal/core/.

namespace temporal::core::detail {

inline const std::uint8_t* bytes(const std::string& text) { return reinterpret_cast<const std::uint8_t*>(text.data()); }

/// The error that a code and its serialized message stand for.
Error make_error(std::int32_t code, const std::uint8_t* data, std::size_t size);

/// Calls a function that answers when it returns, with a place for its result or error. @throws Error
std::string call_now(const std::function<std::int32_t(TemporalBytes*)>& call);

/// Owns a callback until the bridge calls `on_answer` with it.
void* keep(Callback done);
void on_answer(void* user, std::int32_t code, const std::uint8_t* data, std::size_t size) noexcept;

}  // namespace temporal::core::detail
