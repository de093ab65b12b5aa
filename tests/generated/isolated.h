#pragma once

#include "choices.h"

#include <cstdint>
#include <optional>
#include <string>

namespace temporal::generated {

/// A case that went wrong. Also by a crash, or by never ending: therefore each is run in a process of its own.
struct Finding {
  std::uint64_t seed = 0;
  std::string problem;
};

/// Runs the cases of so many seeds. The first that goes wrong.
std::optional<Finding> find(std::uint64_t first, std::uint64_t count);

/// What goes wrong with a case; empty when nothing does.
std::string check_isolated(const Case& made);

/// The program, what came and went, and the bytes.
std::string words(const Case& made);

/// The simplest case that goes wrong in the same way, in words.
std::string simplest(const Case& made, const std::string& problem);

}  // namespace temporal::generated
