#pragma once

#include <string>

namespace temporal::client::detail {

/// A random UUID (version 4). Thread-safe.
std::string random_uuid();

}  // namespace temporal::client::detail
