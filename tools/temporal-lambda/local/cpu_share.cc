#include <tools/temporal-lambda/local/cpu_share.h>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <cstring>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <system_error>

namespace temporal::local_lambda {

namespace fs = std::filesystem;

namespace {

// As Lambda has it: a function that used its share waits for the rest of 20 ms, not of the kernel's 100.
constexpr long period_us = 20'000;

/// @return zero or the error
int try_to_write(const fs::path& file, const std::string& text) {
  const int fd = ::open(file.c_str(), O_WRONLY | O_CLOEXEC);
  if (fd < 0) return errno;
  const bool written = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  const int error = written ? 0 : errno;
  ::close(fd);
  return error;
}

std::runtime_error not_written(const fs::path& file, const std::string& text, int error) {
  return std::runtime_error{"cannot write " + text + " to " + file.string() + ": " + std::strerror(error)};
}

void write_setting(const fs::path& file, const std::string& text) {
  if (const int error = try_to_write(file, text); error != 0) throw not_written(file, text, error);
}

std::string text_of(const fs::path& file) {
  std::ifstream stream{file};
  return {std::istreambuf_iterator<char>{stream}, {}};
}

bool contains(const std::string& list, const std::string& word) {
  return ("," + list + ",").find("," + word + ",") != std::string::npos;
}

/// Of /proc/self/cgroup, where a line is `number:controllers:path`; version 2 has no controllers there.
std::string own_path(const std::string& groups, CpuController::Version version) {
  std::istringstream lines{groups};
  std::string number;
  std::string controllers;
  for (std::string path;
       std::getline(lines, number, ':') && std::getline(lines, controllers, ':') && std::getline(lines, path);) {
    if (version == CpuController::Version::v1 ? contains(controllers, "cpu") : number == "0") return path;
  }
  return "/";
}

}  // namespace

double vcpus(int memory_mb) { return memory_mb / 1769.0; }

CpuController own_cpu_controller(const std::string& mounts, const std::string& groups) {
  std::optional<CpuController> found;
  std::istringstream lines{mounts};
  for (std::string line; std::getline(lines, line);) {
    std::istringstream fields{line};
    std::string device;
    std::string folder;
    std::string type;
    std::string options;
    fields >> device >> folder >> type >> options;
    if (type == "cgroup" && contains(options, "cpu")) {
      found = {.folder = folder, .version = CpuController::Version::v1};
      break;  // version 2 does not have it then
    }
    if (type == "cgroup2") found = {.folder = folder, .version = CpuController::Version::v2};
  }
  if (!found) throw std::runtime_error{"no control groups are mounted here"};
  // In a container the path may be that of the host.
  const auto own = found->folder / fs::path{own_path(groups, found->version)}.relative_path();
  if (fs::exists(own)) found->folder = own;
  return *found;
}

void delegate_cpu(const CpuController& controller) {
  if (controller.version == CpuController::Version::v1) return;
  const auto setting = controller.folder / "cgroup.subtree_control";
  int error = try_to_write(setting, "+cpu");
  if (error == EBUSY) {
    const auto aside = controller.folder / ("temporal-lambda-" + std::to_string(::getpid()));
    fs::create_directory(aside);
    write_setting(aside / "cgroup.procs", "0");
    error = try_to_write(setting, "+cpu");
    if (error != 0) {  // others are in it too
      write_setting(controller.folder / "cgroup.procs", "0");
      fs::remove(aside);
    }
  }
  if (error != 0) throw not_written(setting, "+cpu", error);
}

CpuController open_cpu_controller() {
  const auto controller = own_cpu_controller(text_of("/proc/self/mounts"), text_of("/proc/self/cgroup"));
  delegate_cpu(controller);
  const CpuGroup trial{controller, "trial", 1};
  return controller;
}

CpuGroup::CpuGroup(const CpuController& controller, const std::string& name, double vcpus)
    : folder_(controller.folder / ("temporal-lambda-" + std::to_string(::getpid()) + "-" + name)) {
  fs::create_directory(folder_);
  try {
    const auto quota = std::to_string(std::lround(vcpus * period_us));
    const auto period = std::to_string(period_us);
    if (controller.version == CpuController::Version::v1) {
      write_setting(folder_ / "cpu.cfs_period_us", period);
      write_setting(folder_ / "cpu.cfs_quota_us", quota);
    } else {
      write_setting(folder_ / "cpu.max", quota + " " + period);
    }
  } catch (...) {
    remove();
    throw;
  }
}

CpuGroup::~CpuGroup() { remove(); }

void CpuGroup::remove() const {
  std::error_code ignored;  // it stays when a process got away
  fs::remove(folder_, ignored);
}

}  // namespace temporal::local_lambda
