#include <tools/temporal-lambda/local/live_view.h>
#include <tools/temporal-lambda/local/report.h>

#include <signal.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace temporal::local_lambda {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

constexpr auto soon = 50ms;  // what happens together is drawn together
constexpr auto tick = 1s;    // durations and memory change without an event

constexpr std::string_view erase_below = "\x1b[J";
constexpr std::string_view inverse = "\x1b[7m";
constexpr std::string_view plain = "\x1b[m";

TerminalSize terminal_size() {
  winsize size{};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) return {};
  return {.columns = size.ws_col, .rows = size.ws_row};
}

void write_all(std::string_view text) {
  while (!text.empty()) {
    const auto written = ::write(STDERR_FILENO, text.data(), text.size());
    if (written < 0 && errno != EINTR) return;  // the terminal is gone
    if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
  }
}

/// In the background the terminal is the shell's.
bool is_in_foreground() { return ::tcgetpgrp(STDERR_FILENO) == ::getpgrp(); }

/// @return whether it was on
bool set_echo(bool on) {
  termios settings{};
  if (!is_in_foreground() || ::tcgetattr(STDERR_FILENO, &settings) != 0) return false;
  const bool was_on = (settings.c_lflag & ECHO) != 0;
  settings.c_lflag = on ? settings.c_lflag | ECHO : settings.c_lflag & ~static_cast<tcflag_t>(ECHO);
  ::tcsetattr(STDERR_FILENO, TCSADRAIN, &settings);
  return was_on;
}

void require_terminal() {
  if (::isatty(STDERR_FILENO) == 0) {
    throw std::runtime_error{
        "--view draws on standard error, which is no terminal: leave it out, or do not redirect it"};
  }
  const char* terminal = std::getenv("TERM");
  if (terminal == nullptr || terminal[0] == '\0' || terminal == std::string_view{"dumb"}) {
    throw std::runtime_error{"--view: TERM names no terminal that can be drawn on: leave it out, or set TERM"};
  }
}

}  // namespace

std::string redrawn(const std::vector<std::string>& shown, const std::string& lines,
                    const std::vector<std::string>& picture, std::size_t columns) {
  std::size_t rows = 0;
  for (const auto& line : shown) rows += std::max<std::size_t>((line.size() + columns - 1) / columns, 1);
  std::string text = "\r";
  if (rows > 1) text += "\x1b[" + std::to_string(rows - 1) + "A";
  text += erase_below;
  text += lines;
  for (std::size_t number = 0; number < picture.size(); ++number) {
    if (number == 0) text += inverse;
    text += number == 0 ? "" : "\n";
    text += picture[number];
    if (number == 0) text += plain;
  }
  return text;
}

LiveView::NoEcho::NoEcho() : was_on_(set_echo(false)) {}

LiveView::NoEcho::~NoEcho() {
  if (was_on_) set_echo(true);
}

LiveView::LiveView(boost::asio::io_context& io, const std::vector<FunctionConfig>& functions)
    : picture_(picture_of(functions, Clock::now())), timer_(io), signals_(io, SIGCONT, SIGWINCH) {
  require_terminal();
  wait_for_signal();
  changed();
}

LiveView::~LiveView() {
  const bool was_shown = !shown_.empty();
  if (was_shown) draw();
  write_all(was_shown ? "\n" : lines_);
}

Audience LiveView::audience() {
  return {.on_line =
              [this](const std::string& line) {
                lines_ += line + "\n";
                changed();
              },
          .on_event =
              [this](const nlohmann::json& event) {
                apply(picture_, event, Clock::now());
                changed();
              }};
}

void LiveView::changed() {
  if (!std::exchange(is_due_, true)) draw_after(soon);
}

void LiveView::draw_after(Clock::duration time) {
  timer_.expires_after(time);
  timer_.async_wait([this](auto error) {
    if (error) return;
    draw();
    draw_after(tick);
  });
}

void LiveView::draw() {
  is_due_ = false;
  measure(picture_, memory_mb);
  const auto size = terminal_size();
  auto picture = render(picture_, Clock::now(), size);
  write_all(redrawn(shown_, std::exchange(lines_, {}), picture, size.columns));
  shown_ = std::move(picture);
}

void LiveView::wait_for_signal() {
  signals_.async_wait([this](auto error, int number) {
    if (error) return;
    if (number == SIGCONT) shown_.clear();  // the shell has written below it
    draw();
    wait_for_signal();
  });
}

}  // namespace temporal::local_lambda
