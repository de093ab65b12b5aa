#pragma once

#include <filesystem>
#include <string>

/// \file
/// The share of the CPU that Lambda gives a function by its memory size, by control groups of Linux. See
/// https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html and
/// https://docs.kernel.org/scheduler/sched-bwc.html.

namespace temporal::local_lambda {

/// 1769 MB of memory are one vCPU.
[[nodiscard]] double vcpus(int memory_mb);

/// A control group below which groups with a limit can be made.
struct CpuController {
  enum class Version { v1, v2 };
  std::filesystem::path folder = {};
  Version version = Version::v2;
};

/// The group that a process is in. `mounts` and `groups` are its /proc/self/mounts and /proc/self/cgroup.
/// @throws std::runtime_error when no file system of control groups is mounted.
[[nodiscard]] CpuController own_cpu_controller(const std::string& mounts, const std::string& groups);

/// Has the group give its CPU to groups below it. A group of version 2 that does so may have no process of its own:
/// this one moves to a group beside the others.
/// @throws std::runtime_error that says why the system does not let us.
void delegate_cpu(const CpuController& controller);

/// Both for this process, and tried. @throws std::runtime_error that says why the system does not let us.
[[nodiscard]] CpuController open_cpu_controller();

/// A control group with a limit, while it lives. Its processes have ended before.
class CpuGroup {
 public:
  /// @throws std::runtime_error
  CpuGroup(const CpuController& controller, const std::string& name, double vcpus);
  CpuGroup(const CpuGroup&) = delete;
  CpuGroup& operator=(const CpuGroup&) = delete;
  ~CpuGroup();

  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
  /// A process that writes 0 to this file joins the group.
  [[nodiscard]] std::filesystem::path entrance() const { return folder_ / "cgroup.procs"; }

 private:
  void remove() const;

  const std::filesystem::path folder_;
};

}  // namespace temporal::local_lambda
