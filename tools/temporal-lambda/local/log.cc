#include <tools/temporal-lambda/local/log.h>
#include <tools/temporal-lambda/local/text.h>

#include <cstdio>
#include <stdexcept>
#include <utility>

namespace temporal::local_lambda {

Log::Log(const std::filesystem::path& event_log, Audience audience) : audience_(std::move(audience)) {
  if (event_log.empty()) return;
  file_.open(event_log, std::ios::app);
  if (!file_) throw std::runtime_error{"cannot write the event log " + event_log.string()};
}

void Log::say(const std::string& line) {
  if (audience_.on_line) return audience_.on_line(line);
  std::fprintf(stderr, "%s\n", line.c_str());
}

void Log::write(std::string_view event, nlohmann::json fields) {
  if (!file_.is_open() && !audience_.on_event) return;
  fields["time"] = rfc3339(std::chrono::system_clock::now());
  fields["event"] = event;
  if (audience_.on_event) audience_.on_event(fields);
  if (file_.is_open()) file_ << to_text(fields) << '\n' << std::flush;
}

}  // namespace temporal::local_lambda
