#include <temporal/testing/dev_server.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <stdexcept>
#include <string>

namespace temporal::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

std::string story_of(const DevServerOptions& options) {
  try {
    const DevServer server{options};
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "no error";
}

TEST(DevServer, SaysWhereItLooksForACliThatIsNotThere) {
  const std::string path = std::getenv("PATH");
  ::setenv("PATH", "/nowhere", 1);
  const char* const chosen = std::getenv("TEMPORAL_CLI");
  const std::string cli = chosen != nullptr ? chosen : "";
  ::unsetenv("TEMPORAL_CLI");
  EXPECT_THAT(story_of({}), HasSubstr("TEMPORAL_CLI is not set"));
  ::setenv("PATH", path.c_str(), 1);
  if (chosen != nullptr) ::setenv("TEMPORAL_CLI", cli.c_str(), 1);
  EXPECT_THAT(story_of({.cli = "/nowhere/temporal"}),
              AllOf(HasSubstr("/nowhere/temporal server start-dev ended"), Not(HasSubstr("TEMPORAL_CLI"))));
}

}  // namespace
}  // namespace temporal::testing
