#include <tools/temporal-lambda/local/live_view.h>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <pty.h>
#include <signal.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>
#include <string>

using namespace temporal::local_lambda;

namespace {

/// `temporal-lambda local --view` on a terminal of its own.
class OnATerminal {
 public:
  OnATerminal() {
    pid_ = ::forkpty(&terminal_, nullptr, nullptr, nullptr);
    if (pid_ != 0) return;
    ::setenv("TERM", "xterm", 1);
    ::execl(TEMPORAL_LAMBDA_CLI, TEMPORAL_LAMBDA_CLI, "local", "--view", "--function", "scripted=" SCRIPTED_BOOTSTRAP,
            nullptr);
    ::_exit(127);
  }
  OnATerminal(const OnATerminal&) = delete;
  OnATerminal& operator=(const OnATerminal&) = delete;
  ~OnATerminal() {
    ::kill(pid_, SIGKILL);
    ::close(terminal_);
  }

  /// Reads what is drawn, until the text is there or the program has ended.
  std::string read_until(const std::string& text) {
    std::string drawn;
    char buffer[4096];
    for (ssize_t n = 0; drawn.find(text) == std::string::npos && (n = ::read(terminal_, buffer, sizeof buffer)) > 0;) {
      drawn.append(buffer, static_cast<std::size_t>(n));
    }
    return drawn;
  }
  void type(const std::string& keys) const {
    EXPECT_EQ(::write(terminal_, keys.data(), keys.size()), static_cast<ssize_t>(keys.size()));
  }
  void signal(int number) const { ::kill(pid_, number); }
  int exit_status() const {
    int status = 0;
    ::waitpid(pid_, &status, 0);
    return status;
  }
  bool echoes() const {
    termios settings{};
    ::tcgetattr(terminal_, &settings);
    return (settings.c_lflag & ECHO) != 0;
  }

 private:
  int terminal_ = -1;
  pid_t pid_ = -1;
};

constexpr auto end_of_picture = "0/256";
constexpr auto end_of_text = "no such text";

}  // namespace

TEST(LiveViewTest, ThePictureIsDrawnBelowTheLines) {
  EXPECT_EQ(redrawn({}, "a line\n", {"title", "row"}, 80), "\r\x1b[Ja line\n\x1b[7mtitle\x1b[m\nrow");
}

TEST(LiveViewTest, LinesTakeThePlaceOfTheOldPicture) {
  EXPECT_EQ(redrawn({"title", "row", "row"}, "a line\n", {"title"}, 80), "\r\x1b[2A\x1b[Ja line\n\x1b[7mtitle\x1b[m");
}

TEST(LiveViewTest, APictureThatANarrowTerminalHasWrappedIsErasedWhole) {
  EXPECT_EQ(redrawn({"0123456789", "01234567890"}, "", {"x"}, 5), "\r\x1b[4A\x1b[J\x1b[7mx\x1b[m");
}

TEST(LiveViewTest, WithoutATerminalItIsRefused) {
  boost::asio::io_context io;
  const int terminal = ::dup(STDERR_FILENO);
  const int file = ::open("/dev/null", O_WRONLY);
  ::dup2(file, STDERR_FILENO);
  std::string why;
  try {
    LiveView{io, {}};
  } catch (const std::runtime_error& error) {
    why = error.what();
  }
  ::dup2(terminal, STDERR_FILENO);
  EXPECT_EQ(why, "--view draws on standard error, which is no terminal: leave it out, or do not redirect it");
}

TEST(LiveViewTest, WhatIsTypedIsNotShownUntilCtrlCEndsIt) {
  OnATerminal view;
  view.read_until(end_of_picture);
  EXPECT_FALSE(view.echoes());
  view.type("\x03");
  EXPECT_TRUE(view.read_until(end_of_text).ends_with("0/256\r\n"))
      << "the last picture stays, and the shell goes on below";
  EXPECT_TRUE(view.echoes());
  EXPECT_EQ(view.exit_status(), 0);
}

TEST(LiveViewTest, SigtermLeavesTheTerminalAsItWas) {
  OnATerminal view;
  view.read_until(end_of_picture);
  view.signal(SIGTERM);
  view.read_until(end_of_text);
  EXPECT_TRUE(view.echoes());
  EXPECT_EQ(view.exit_status(), 0);
}
