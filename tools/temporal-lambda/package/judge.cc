#include <tools/temporal-lambda/package/judge.h>

#include <tools/temporal-lambda/package/elf.h>
#include <tools/temporal-lambda/package/program.h>
#include <tools/temporal-lambda/package/size_text.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace temporal::lambda_package {
namespace {

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

class Judge {
 public:
  Judge(const Files& files, std::int64_t zip_size) : files_{files}, zip_size_{zip_size} {}

  std::vector<Finding> findings() && {
    judge_bootstrap();
    judge_modes();
    judge_sizes();
    judge_secrets();
    return std::move(findings_);
  }

 private:
  void error(std::string what, std::string remedy) {
    findings_.push_back({Severity::error, std::move(what), std::move(remedy)});
  }
  void warning(std::string what, std::string remedy) {
    findings_.push_back({Severity::warning, std::move(what), std::move(remedy)});
  }

  void judge_bootstrap() {
    const auto found = files_.find("bootstrap");
    if (found == files_.end()) return judge_missing_bootstrap();
    const auto& content = found->second.content;
    if (content.empty()) return error("bootstrap is empty", "build it again");
    if (content.starts_with("#!")) return judge_script(content);
    if (!is_elf(content)) {
      return error("bootstrap is neither a program for Linux nor a script", "build it for Linux, x86_64 or arm64");
    }
    findings_ = judge_program(files_);
  }

  void judge_missing_bootstrap() {
    const auto deeper =
        std::ranges::find_if(files_, [](const auto& file) { return file.first.ends_with("/bootstrap"); });
    if (deeper == files_.end())
      return error("there is no file named bootstrap, which is what Lambda starts", "name the program so");
    const auto folder = deeper->first.substr(0, deeper->first.rfind('/'));
    error("bootstrap is not at the root of the zip, but in " + folder,
          "pack what " + folder + " has, without the folder");
  }

  void judge_script(std::string_view content) {
    const auto line = content.substr(0, content.find('\n'));
    if (line.ends_with('\r')) {
      return error("bootstrap is a script whose lines end as on Windows: its interpreter is not found",
                   "save it with the line ends of Unix");
    }
    auto interpreter = line.substr(std::min(line.find_first_not_of(' ', 2), line.size()));
    interpreter = interpreter.substr(0, interpreter.find_first_of(" \t"));
    constexpr std::array<std::string_view, 5> known = {"/bin/bash", "/bin/sh", "/usr/bin/bash", "/usr/bin/env",
                                                       "/usr/bin/sh"};
    if (std::ranges::find(known, interpreter) != known.end()) return;
    constexpr std::string_view task_root = "/var/task/";
    if (interpreter.starts_with(task_root) && files_.contains(std::string{interpreter.substr(task_root.size())}))
      return;
    warning("bootstrap is a script for " + std::string{interpreter} + ", which Lambda's image may not have",
            "write it for /bin/sh, or bring the interpreter in a layer");
  }

  void judge_modes() {
    for (const auto& [name, file] : files_) {
      const int needed = is_folder(name) || name == "bootstrap" ? 0005 : 0004;
      if ((file.mode & needed) == needed) continue;
      error("Lambda's user may not " + std::string{needed == 0004 ? "read " : "execute "} + name,
            "make the zip anew with temporal-lambda package, or run chmod a+rX on what is packed");
    }
  }

  void judge_sizes() {
    const auto unpacked = unpacked_size(files_);
    if (unpacked > largest_unpacked) {
      error("it unpacks to " + size_text(unpacked) + ", and Lambda takes " + size_text(largest_unpacked) +
                " with all layers",
            "build it as Release, which keeps debug information apart, or leave out files");
    }
    if (zip_size_ > largest_zip) {
      warning("the zip has " + size_text(zip_size_) + ", and Lambda takes " + size_text(largest_zip) + " directly",
              "upload it to S3, and name bucket and key to Lambda; or build it as Release");
    }
  }

  void judge_secrets() {
    for (const auto& [name, file] : files_) {
      if (is_elf(file.content)) continue;  // programs that read keys hold the words, too
      constexpr std::string_view begin = "-----BEGIN ";
      constexpr std::string_view end = "PRIVATE KEY-----";
      constexpr std::size_t longest_label = 32;
      bool found = false;
      for (auto at = file.content.find(begin); at != std::string::npos && !found;
           at = file.content.find(begin, at + begin.size())) {
        const auto label = std::string_view{file.content}.substr(at, begin.size() + longest_label + end.size());
        found = contains(label.substr(0, label.find('\n')), end);
      }
      if (!found) continue;
      warning(name + " holds a private key: whoever may read the function's code has it",
              "fetch it in the callback from a secret store, or see to it that few may call lambda:GetFunction");
    }
  }

  const Files& files_;
  std::int64_t zip_size_;
  std::vector<Finding> findings_ = {};
};

}  // namespace

std::vector<Finding> judge(const Files& files, std::int64_t zip_size) { return Judge{files, zip_size}.findings(); }

}  // namespace temporal::lambda_package
