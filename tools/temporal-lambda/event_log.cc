#include <tools/temporal-lambda/event_log.h>
#include <tools/temporal-lambda/text.h>

#include <stdexcept>
#include <utility>

namespace temporal::local_lambda {

EventLog::EventLog(const std::filesystem::path& file) {
  if (file.empty()) return;
  file_.open(file, std::ios::app);
  if (!file_) throw std::runtime_error{"cannot write the event log " + file.string()};
}

void EventLog::write(std::string_view event, nlohmann::json fields) {
  if (!file_.is_open()) return;
  fields["time"] = rfc3339(std::chrono::system_clock::now());
  fields["event"] = event;
  file_ << fields.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << '\n' << std::flush;
}

}  // namespace temporal::local_lambda
