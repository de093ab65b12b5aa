#pragma once

#include "choices.h"

#include <string>

namespace temporal::generated {

/// Runs a case and replays it in every way that core could. Says what went wrong; empty when nothing did. A crash and
/// an endless loop are for the caller to notice.
std::string check(const Case& made);

/// What is the same of two problems that differ in names and numbers only.
std::string kind_of(const std::string& problem);

/// What came, and what the workflow answered and saw.
std::string events_of(const Case& made);

}  // namespace temporal::generated
