#pragma once

#include <temporal/client/workflow_description.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

/// \file
/// Histories as JSON: what `temporal workflow show --output json` prints, what the web UI exports, and what the other
/// SDKs read and write. See https://docs.temporal.io/cli/workflow#show. Any thread may call these.

namespace temporal::testing {

/// Reads a history. Enum values may be written in the old form, too (`WorkflowExecutionStarted`), and fields of a newer
/// server are passed over. `workflow_id` counts where the history does not say whose it is.
/// @throws DecodeError when it is no history, or one whose payloads were decoded for people.
client::WorkflowHistory history_from_json(std::string_view json, std::string workflow_id = "unknown");

/// Writes a history, indented.
/// @throws DecodeError when its bytes are no history.
std::string to_json(const client::WorkflowHistory& history);

/// Reads a file. A history that does not say whose it is gets the file's name, without `.json`, as its workflow id.
/// @throws DecodeError that names the file when it cannot be read or is no history.
client::WorkflowHistory load_history(const std::filesystem::path& file);

/// Reads every `.json` file of a folder, in the order of their names, without those of folders below it.
/// @throws DecodeError as `load_history`, and when the folder cannot be read or holds no such file.
std::vector<client::WorkflowHistory> load_histories(const std::filesystem::path& folder);

}  // namespace temporal::testing
