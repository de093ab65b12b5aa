#include <tools/temporal-lambda/local/cpu_share.h>

#include <gmock/gmock.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>

using namespace temporal::local_lambda;
using testing::HasSubstr;

namespace fs = std::filesystem;

namespace {

/// A folder with the files that a control group of version 2 has. It has no kernel behind it.
class FolderOfVersion2 : public testing::Test {
 protected:
  FolderOfVersion2() {
    fs::create_directories(folder_);
    std::ofstream{folder_ / "cgroup.subtree_control"};
  }
  ~FolderOfVersion2() override { fs::remove_all(folder_); }

  fs::path folder_ = fs::path{testing::TempDir()} / ("cgroup-" + std::to_string(::getpid()));
};

long number_after(const fs::path& file, const std::string& word) {
  std::ifstream stream{file};
  for (std::string name, value; stream >> name >> value;) {
    if (name == word) return std::stol(value);
  }
  return 0;
}

std::optional<CpuController> controller_here(std::string& why_not) {
  try {
    return open_cpu_controller();
  } catch (const std::exception& error) {
    why_not = error.what();
    return std::nullopt;
  }
}

}  // namespace

TEST(CpuShare, Of1769MegabytesIsOneCpu) {
  EXPECT_EQ(vcpus(1769), 1.0);
  EXPECT_NEAR(vcpus(128), 0.072, 0.001);
  EXPECT_NEAR(vcpus(10240), 5.79, 0.01);
}

TEST(CpuShare, TheControllerOfVersion1IsTakenWhereItIsMounted) {
  const auto controller = own_cpu_controller(
      "cgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0\ncgroup /sys/fs/cgroup/cpuset cgroup rw,cpuset 0 0\n"
      "cgroup /nowhere/cpu cgroup rw,cpu,cpuacct 0 0\n",
      "4:cpu,cpuacct:/not/there\n0::/\n");
  EXPECT_EQ(controller.version, CpuController::Version::v1);
  EXPECT_EQ(controller.folder, "/nowhere/cpu") << "our path does not exist below it";
}

TEST_F(FolderOfVersion2, IsFoundByTheProcessesOwnPath) {
  const auto mounts = "cgroup2 " + folder_.parent_path().string() + " cgroup2 rw 0 0\n";
  const auto controller = own_cpu_controller(mounts, "0::/" + folder_.filename().string() + "\n");
  EXPECT_EQ(controller.version, CpuController::Version::v2);
  EXPECT_EQ(controller.folder, folder_);
}

TEST_F(FolderOfVersion2, GivesItsCpuToGroupsBelowIt) {
  delegate_cpu({.folder = folder_});
  std::ifstream setting{folder_ / "cgroup.subtree_control"};
  std::string text;
  setting >> text;
  EXPECT_EQ(text, "+cpu");
}

TEST(CpuShare, WithoutControlGroupsItSaysSo) {
  try {
    (void)own_cpu_controller("proc /proc proc rw 0 0\n", "");
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "no control groups are mounted here");
  }
}

TEST(CpuShare, AFolderThatIsNotOursIsRefusedWithItsName) {
  try {
    delegate_cpu({.folder = "/nowhere"});
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "cannot write +cpu to /nowhere/cgroup.subtree_control: No such file or directory");
  }
}

TEST(CpuShare, AProcessOverItsShareWaits) {
  std::string why_not;
  const auto controller = controller_here(why_not);
  if (!controller) GTEST_SKIP() << "no CPU limits on this machine: " << why_not;
  fs::path folder;
  {
    const CpuGroup group{*controller, "test", vcpus(128)};
    folder = group.folder();
    const pid_t pid = ::fork();
    if (pid == 0) {
      std::ofstream{group.entrance()} << 0 << std::flush;
      for (volatile unsigned work = 0;; work = work + 1) continue;
    }
    while (number_after(folder / "cpu.stat", "nr_throttled") == 0) std::this_thread::yield();
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
  }
  EXPECT_FALSE(fs::exists(folder)) << "the group goes with its owner";
}
