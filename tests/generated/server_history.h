#pragma once

#include <temporal/client/workflow_description.h>

#include <temporal/api/history/v1/message.pb.h>

#include <string>
#include <vector>

namespace temporal::generated {

using Event = api::history::v1::HistoryEvent;
using Events = std::vector<Event>;

Events events_of(const client::WorkflowHistory& history);

/// Nothing can come any more by itself.
bool rests(const Events& events);

/// Why a workflow task failed that should not; empty when none did. The server fails one itself when something came
/// that it did not know of, and when the run is ended from outside.
std::string failed_task(const Events& events);

/// In short, for people.
std::string to_text(const Events& events);

}  // namespace temporal::generated
