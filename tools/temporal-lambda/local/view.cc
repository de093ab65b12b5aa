#include <tools/temporal-lambda/local/view.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <string_view>

namespace temporal::local_lambda {
namespace {

using Time = std::chrono::steady_clock::time_point;

FunctionPicture* find_function(Picture& picture, const nlohmann::json& event) {
  const auto version = event.value("version", std::string{latest});
  const auto name = qualified(event.value("function", ""), version);
  const auto found = std::ranges::find(picture.functions, name, &FunctionPicture::name);
  return found == picture.functions.end() ? nullptr : &*found;
}

/// Both what is counted for the environment and for its function.
template <typename Change>
void count(FunctionPicture& function, EnvironmentPicture& environment, Change change) {
  change(function.counts);
  change(environment.counts);
}

std::string_view state_after(std::string_view event) {
  static const std::map<std::string_view, std::string_view> states{
      {"environment_start", "init"}, {"frozen", "frozen"},  {"invocation_end", "idle"},
      {"invocation_start", "busy"},  {"killed", "leaving"}, {"retired", "leaving"},
  };
  const auto found = states.find(event);
  return found == states.end() ? "" : found->second;
}

std::string grouped(std::int64_t number) {
  auto digits = std::to_string(number);
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3) {
    digits.insert(static_cast<std::size_t>(at), ",");
  }
  return digits;
}

std::string duration_text(std::chrono::steady_clock::duration duration) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(duration).count();
  if (seconds < 60) return std::to_string(seconds) + "s";
  const auto two = [](std::int64_t number) { return (number < 10 ? "0" : "") + std::to_string(number); };
  if (seconds < 3600) return std::to_string(seconds / 60) + "m" + two(seconds % 60) + "s";
  return std::to_string(seconds / 3600) + "h" + two(seconds / 60 % 60) + "m";
}

/// "1 busy, 2 frozen, 3 waiting": the environments by their states, and the invocations without one.
std::string summary(const FunctionPicture& function) {
  constexpr std::array<std::string_view, 5> order{"init", "busy", "idle", "frozen", "leaving"};
  std::string text;
  const auto add = [&text](std::ptrdiff_t number, std::string_view what) {
    if (number == 0) return;
    text += (text.empty() ? "" : ", ") + std::to_string(number) + " ";
    text += what;
  };
  for (const auto state : order) {
    add(std::ranges::count(function.environments, state, &EnvironmentPicture::state), state);
  }
  add(static_cast<std::ptrdiff_t>(function.waiting.size()), "waiting");
  return text.empty() ? "-" : text;
}

/// Name, state, for how long, invocations, errors, billed, memory.
using Row = std::array<std::string, 7>;
constexpr std::size_t text_columns = 2;                       // to the left; the others are numbers, to the right
constexpr std::array<std::size_t, 7> least_widths{0, 16, 6};  // so that columns rarely move

Row row(std::string name, std::string state, std::string since, const Counts& counts, int memory_size_mb) {
  return {std::move(name),
          std::move(state),
          std::move(since),
          grouped(static_cast<std::int64_t>(counts.invocations)),
          grouped(static_cast<std::int64_t>(counts.errors)),
          grouped(counts.billed_ms),
          std::to_string(counts.memory_mb) + "/" + std::to_string(memory_size_mb)};
}

std::vector<Row> rows_of(const Picture& picture, Time now) {
  std::vector<Row> rows{{"FUNCTION", "STATE", "FOR", "INVOKED", "ERRORS", "BILLED MS", "MEMORY MB"}};
  std::vector<Row> busy;
  std::vector<Row> resting;
  for (const auto& function : picture.functions) {
    rows.push_back(row(function.name, summary(function), "", function.counts, function.memory_size_mb));
    for (const auto& environment : function.environments) {
      auto name = "  " + function.name + " " + environment.id;
      auto& place = environment.state == "busy" || environment.state == "init" ? busy : resting;
      place.push_back(row(std::move(name), environment.state, duration_text(now - environment.since),
                          environment.counts, function.memory_size_mb));
    }
  }
  rows.insert(rows.end(), busy.begin(), busy.end());
  rows.insert(rows.end(), resting.begin(), resting.end());
  return rows;
}

std::string aligned(const Row& row, const std::array<std::size_t, 7>& widths) {
  std::string line;
  for (std::size_t column = 0; column < row.size(); ++column) {
    const std::string space(widths[column] - row[column].size(), ' ');
    line += column == 0 ? "" : "  ";
    line += column < text_columns ? row[column] + space : space + row[column];
  }
  return line;
}

std::string more(std::size_t number) { return "  and " + std::to_string(number) + " more: make the terminal higher"; }

}  // namespace

Picture picture_of(const std::vector<FunctionConfig>& functions, Time now) {
  Picture picture{.begin = now};
  for (const auto& function : functions) {
    picture.functions.push_back(
        {.name = qualified(function.name, function.version), .memory_size_mb = function.memory_mb});
  }
  return picture;
}

void apply(Picture& picture, const nlohmann::json& event, Time now) {
  const auto kind = event.value("event", "");
  if (kind == "listening") picture.port = event.value("port", 0);
  auto* function = find_function(picture, event);
  if (function == nullptr) return;
  const auto request_id = event.value("request_id", "");
  if (kind == "invoke") {
    function->waiting.insert(request_id);
  } else {
    function->waiting.erase(request_id);
  }
  const auto id = event.value("environment", "");
  if (id.empty()) return;
  auto environment = std::ranges::find(function->environments, id, &EnvironmentPicture::id);
  if (kind == "environment_end") {
    if (environment != function->environments.end()) function->environments.erase(environment);
    return;
  }
  if (environment == function->environments.end()) {
    environment = function->environments.insert(environment, EnvironmentPicture{.id = id, .since = now});
  }
  environment->pid = event.value("pid", environment->pid);
  if (const auto state = state_after(kind); !state.empty() && state != environment->state) {
    environment->state = state;
    environment->since = now;
  }
  if (kind == "invocation_start") count(*function, *environment, [](Counts& counts) { ++counts.invocations; });
  if (kind == "function_error") count(*function, *environment, [](Counts& counts) { ++counts.errors; });
  if (kind == "invocation_end") {
    count(*function, *environment, [&](Counts& counts) {
      counts.billed_ms += event.value("billed_ms", std::int64_t{0});
      counts.memory_mb = std::max(counts.memory_mb, event.value("max_memory_mb", 0L));
    });
  }
}

void measure(Picture& picture, const std::function<long(pid_t)>& memory_mb) {
  for (auto& function : picture.functions) {
    for (auto& environment : function.environments) {
      environment.counts.memory_mb = memory_mb(environment.pid);
      function.counts.memory_mb = std::max(function.counts.memory_mb, environment.counts.memory_mb);
    }
  }
}

std::vector<std::string> render(const Picture& picture, Time now, TerminalSize size) {
  const auto rows = rows_of(picture, now);
  auto widths = least_widths;
  for (const auto& row : rows) {
    for (std::size_t column = 0; column < row.size(); ++column) {
      widths[column] = std::max(widths[column], row[column].size());
    }
  }
  std::vector<std::string> lines{"temporal-lambda  http://127.0.0.1:" + std::to_string(picture.port) + "  up " +
                                 duration_text(now - picture.begin)};
  for (const auto& row : rows) lines.push_back(aligned(row, widths));
  const auto most = std::max<std::size_t>(size.rows / 2, 3);
  if (lines.size() > most) {
    const auto hidden = lines.size() - most + 1;
    lines.resize(most - 1);
    lines.push_back(more(hidden));
  }
  for (auto& line : lines) line.resize(std::min(line.size(), size.columns));
  return lines;
}

}  // namespace temporal::local_lambda
