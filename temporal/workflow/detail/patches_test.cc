#include <temporal/workflow/detail/patches.h>

#include <temporal/workflow/detail/driven_run.h>
#include <temporal/workflow/workflow.h>

#include <gtest/gtest.h>

namespace temporal::workflow::detail {
namespace {

Task<std::string> changed() {
  const bool first = patched("new-way");
  co_return std::string{first ? "new" : "old"} + (patched("new-way") ? " new" : " old");
}
Task<> deprecated() {
  deprecate_patch("new-way");
  co_return;
}

TEST(Patches, ANewRunTakesTheNewWayAndSaysSoOnce) {
  DrivenRun run{function_definition<changed>()};
  const auto commands = run.commands();
  ASSERT_EQ(commands.size(), 2U);
  EXPECT_EQ(commands[0].set_patch_marker().patch_id(), "new-way");
  EXPECT_FALSE(commands[0].set_patch_marker().deprecated());
  EXPECT_EQ(result_of<std::string>(commands[1]), "new new");
}

TEST(Patches, AReplayedRunWithoutTheMarkerTakesTheOldWay) {
  DrivenRun run{function_definition<changed>()};
  run.next().set_is_replaying(true);
  const auto commands = run.commands();
  ASSERT_EQ(commands.size(), 1U);
  EXPECT_EQ(result_of<std::string>(commands[0]), "old old");
}

TEST(Patches, AReplayedRunWithTheMarkerTakesTheNewWay) {
  DrivenRun run{function_definition<changed>()};
  run.next().set_is_replaying(true);
  run.job().mutable_notify_has_patch()->set_patch_id("new-way");
  const auto commands = run.commands();
  ASSERT_EQ(commands.size(), 2U);
  EXPECT_TRUE(commands[0].has_set_patch_marker());
  EXPECT_EQ(result_of<std::string>(commands[1]), "new new");
}

TEST(Patches, ADeprecatedOneLeavesAMarkerThatNeedsNoPatch) {
  DrivenRun run{function_definition<deprecated>()};
  EXPECT_TRUE(run.commands().at(0).set_patch_marker().deprecated());
}

}  // namespace
}  // namespace temporal::workflow::detail
