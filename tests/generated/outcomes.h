#pragma once

#include "events.h"

#include <string>

/// \file
/// Jobs with the outcome of something that a workflow asked for, as core makes them.

namespace temporal::generated {

enum class How { well, badly, cancelled };

Job fired(std::uint32_t seq);
Job activity_outcome(std::uint32_t seq, const std::string& id, int number, How how);
Job local_activity_outcome(std::uint32_t seq, const std::string& id, int number, How how);
/// The next attempt of a local activity comes after a timer.
Job local_activity_backs_off(std::uint32_t seq, std::uint32_t next_attempt);
Job child_started(std::uint32_t seq);
Job child_not_started(std::uint32_t seq, const std::string& id);
/// It was taken back.
Job child_cancelled(std::uint32_t seq, const std::string& id);
Job child_outcome(std::uint32_t seq, const std::string& id, int number, How how);
Job signal_outcome(std::uint32_t seq, int number, How how);
Job cancel_outcome(std::uint32_t seq, int number, How how);

}  // namespace temporal::generated
