#pragma once

#include "choices.h"

#include <functional>

namespace temporal::generated {

/// A simpler case for which `fails` is still true: without what is not needed, and with smaller numbers.
Case shrink(Case made, const std::function<bool(const Case&)>& fails);

}  // namespace temporal::generated
