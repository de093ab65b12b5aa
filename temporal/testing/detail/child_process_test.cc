#include <temporal/testing/detail/child_process.h>

#include <gtest/gtest.h>
#include <signal.h>

#include <cerrno>
#include <string>

using temporal::testing::detail::ChildProcess;

TEST(ChildProcess, EndsWhenItsOwnerLetsGo) {
  pid_t pid = -1;
  {
    ChildProcess child{{.command = {"sleep", "60"}}};
    pid = child.pid();
    EXPECT_TRUE(child.running());
  }
  EXPECT_EQ(::kill(pid, 0), -1);
}

TEST(ChildProcess, IsKilledWhenItIgnoresTheRequestToEnd) {
  ChildProcess child{{.command = {"sh", "-c", "trap '' TERM; while :; do sleep 1; done"}}};
  const pid_t pid = child.pid();
  child.stop(std::chrono::milliseconds{200});
  EXPECT_EQ(::kill(pid, 0), -1);
}

TEST(ChildProcess, TellsHowItEnded) {
  EXPECT_EQ((ChildProcess{{.command = {"sh", "-c", "exit 7"}}}.wait()), 7);
  EXPECT_EQ((ChildProcess{{.command = {"sh", "-c", "kill -9 $$"}}}.wait()), 128 + SIGKILL);
  EXPECT_EQ((ChildProcess{{.command = {"/no/such/program"}}}.wait()), 127);
}

TEST(Port, IsNotGivenTwice) {
  EXPECT_NE(temporal::testing::detail::free_port(), temporal::testing::detail::free_port());
}

TEST(Port, IsGivenToNobodyElse) {
  const auto port = temporal::testing::detail::free_port();
  const auto claim = [](int port) {  // as scripts/local_stack.py does
    const auto script =
        "import socket, sys\n"
        "try: socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).bind('\\0temporal-cpp-port-" +
        std::to_string(port) +
        "'.ljust(108, '\\0'))\n"
        "except OSError as error: sys.exit(error.errno)";
    return ChildProcess({.command = {"python3", "-c", script}}).wait();
  };
  EXPECT_EQ(claim(port), EADDRINUSE);
  EXPECT_EQ(claim(1), 0) << "a port that nobody is given";
}
