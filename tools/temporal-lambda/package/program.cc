#include <tools/temporal-lambda/package/program.h>

#include <tools/temporal-lambda/package/elf.h>

#include <elf.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>

namespace temporal::lambda_package {
namespace {

constexpr std::string_view glibc_prefix = "GLIBC_";

struct Architecture {
  std::uint16_t machine = 0;
  std::string_view name = {};
  std::string_view loader = {};  ///< that the image has
};
constexpr std::array architectures = {
    Architecture{EM_X86_64, "x86_64", "/lib64/ld-linux-x86-64.so.2"},
    Architecture{EM_AARCH64, "arm64", "/lib/ld-linux-aarch64.so.1"},
};

const Architecture* architecture_of(const Elf& elf) {
  const auto* found = std::ranges::find(architectures, elf.machine, &Architecture::machine);
  return found == architectures.end() || elf.bits != 64 || elf.big_endian ? nullptr : found;
}

/// Libraries of the image. Those after the third are empty since glibc 2.34; programs built with older ones name them.
constexpr std::array<std::string_view, 8> image_libraries = {
    "libc.so.6",  "libm.so.6",       "libgcc_s.so.1",        "libdl.so.2",
    "librt.so.1", "libpthread.so.0", "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1"};

std::string machine_name(const Elf& elf) {
  const auto name = [&]() -> std::string {
    switch (elf.machine) {
      case EM_X86_64:
        return "x86_64";
      case EM_AARCH64:
        return "arm64";
      case EM_386:
        return "i386";
      case EM_ARM:
        return "arm";
      default:
        return "machine " + std::to_string(elf.machine) + " of ELF";
    }
  }();
  return name + ", " + std::to_string(elf.bits) + "-bit" + (elf.big_endian ? ", big-endian" : "");
}

/// "2.34" as numbers; nothing for a version that is none, as GLIBC_PRIVATE.
std::optional<std::vector<int>> numbers(std::string_view version) {
  std::vector<int> parts;
  const char* at = version.data();
  const char* const end = at + version.size();
  for (;; ++at) {
    const auto parsed = std::from_chars(at, end, parts.emplace_back());
    if (parsed.ec != std::errc{}) return std::nullopt;
    at = parsed.ptr;
    if (at == end) return parts;
    if (*at != '.') return std::nullopt;
  }
}

bool is_newer_than_lambdas(std::string_view glibc_version) {
  const auto version = numbers(glibc_version);
  return !version || *version > *numbers(lambdas_glibc);
}

std::string newest_glibc(const Elf& elf) {
  std::string newest;
  std::vector<int> newest_numbers;
  for (const auto& version : elf.versions) {
    if (!version.name.starts_with(glibc_prefix)) continue;
    const auto text = version.name.substr(glibc_prefix.size());
    auto parts = numbers(text);
    if (!parts || *parts < newest_numbers) continue;
    newest = text;
    newest_numbers = std::move(*parts);
  }
  return newest;
}

/// What is known to need a newer glibc than Lambda's, and what to do about it.
std::string remedy_for(std::string_view symbol, std::string_view version) {
  if (version == "ABI_DT_RELR") return "leave out the link option -z pack-relative-relocs";
  if (version == "PRIVATE") return "leave out what calls it: it is glibc's own, and of one glibc alone";
  if (symbol.starts_with("__isoc23_"))
    return "strtol, scanf and the like, compiled with headers of glibc 2.38: compile with an older glibc";
  if (symbol == "_dl_find_object") return "libgcc, linked statically: leave out -static-libgcc and -static";
  if (symbol == "arc4random" || symbol == "arc4random_buf") {
    return "a program's own call: use getrandom; or a bootstrap that temporal_add_function did not link";
  }
  return "build on a machine with an older glibc, or leave out what calls it";
}

std::string named(const std::string& symbol, const std::string& version) { return symbol + " (" + version + ")"; }

std::string joined(const std::vector<std::string>& texts) {
  std::string all;
  for (const auto& text : texts) all += (all.empty() ? "" : ", ") + text;
  return all;
}

class ProgramJudge {
 public:
  explicit ProgramJudge(const Files& files) : files_{files} {}

  std::vector<Finding> findings() && {
    judge_bootstrap();
    return std::move(findings_);
  }

 private:
  void error(std::string what, std::string remedy) {
    findings_.push_back({Severity::error, std::move(what), std::move(remedy)});
  }

  void judge_bootstrap() {
    const auto elf = read("bootstrap");
    if (!elf) return;
    const auto* architecture = architecture_of(*elf);
    if (architecture == nullptr)
      return error("bootstrap is for " + machine_name(*elf) + ", and Lambda runs x86_64 and arm64",
                   "build it for one of them");
    if (elf->type != ET_EXEC && elf->type != ET_DYN)
      return error("bootstrap is an object file and no program", "link it");
    if (elf->interpreter.empty() && (elf->entry == 0 || !elf->libraries.empty()))
      return error("bootstrap is a library and no program", "link it without -shared");
    if (!elf->interpreter.empty() && elf->interpreter != architecture->loader) {
      error("bootstrap wants the loader " + elf->interpreter + ", and Lambda's image has " +
                std::string{architecture->loader},
            elf->interpreter.find("musl") != std::string::npos
                ? "link musl statically, with -static, or build with glibc"
                : "link with -Wl,--dynamic-linker=" + std::string{architecture->loader});
    }
    judge_needs("bootstrap", *elf);
    for (std::size_t i = 0; i < packed_libraries_.size(); ++i)
      judge_library(std::string{packed_libraries_[i]}, elf->machine);
  }

  /// One that lies in the zip where Lambda's LD_LIBRARY_PATH leads.
  void judge_library(const std::string& name, std::uint16_t machine) {
    const auto elf = read(name);
    if (!elf) return;
    if (architecture_of(*elf) == nullptr || elf->machine != machine)
      return error(name + " is for " + machine_name(*elf) + ", and bootstrap for another machine",
                   "pack the library of bootstrap's");
    judge_needs(name, *elf);
  }

  std::optional<Elf> read(const std::string& name) {
    try {
      return read_elf(files_.at(name).content);
    } catch (const ElfError& damaged) {
      error(name + " cannot be loaded: " + damaged.what(), "build it again");
      return std::nullopt;
    }
  }

  void judge_needs(const std::string& name, const Elf& elf) {
    judge_libraries(name, elf);
    judge_glibc(name, elf);
  }

  void judge_libraries(const std::string& name, const Elf& elf) {
    std::vector<std::string> foreign;
    for (const auto& library : elf.libraries) {
      if (std::ranges::find(image_libraries, library) != image_libraries.end()) continue;
      if (!note_packed(library) && !note_packed("lib/" + library)) foreign.push_back(library);
    }
    if (foreign.empty()) return;
    error(name + " needs libraries that Lambda's image may not have: " + joined(foreign),
          "link them statically, or pack them beside bootstrap");
  }

  void judge_glibc(const std::string& name, const Elf& elf) {
    struct TooNew {
      std::vector<std::string> all = {};
      std::string a_symbol = {};
    };
    std::map<std::string, TooNew> by_remedy;
    for (const auto& version : elf.versions) {
      if (!version.name.starts_with(glibc_prefix)) continue;
      const auto number = version.name.substr(glibc_prefix.size());
      if (!is_newer_than_lambdas(number)) continue;
      const auto said = numbers(number) ? "glibc " + number : version.name;
      if (version.symbols.empty()) by_remedy[remedy_for("", number)].all.push_back(said);
      for (const auto& symbol : version.symbols) {
        auto& too_new = by_remedy[remedy_for(symbol, number)];
        too_new.all.push_back(named(symbol, said));
        too_new.a_symbol = symbol;
      }
    }
    for (const auto& [remedy, too_new] : by_remedy) {
      const auto who =
          "; the link option -Wl,--trace-symbol=" + too_new.a_symbol + " says which object or library uses it";
      error(name + " needs a newer glibc than Lambda's image has, which is " + std::string{lambdas_glibc} + ": " +
                joined(too_new.all),
            remedy + (too_new.a_symbol.empty() ? "" : who));
    }
  }

  bool note_packed(const std::string& name) {
    if (!files_.contains(name)) return false;
    if (std::ranges::find(packed_libraries_, name) == packed_libraries_.end()) packed_libraries_.push_back(name);
    return true;
  }

  const Files& files_;
  std::vector<std::string> packed_libraries_ = {};
  std::vector<Finding> findings_ = {};
};

}  // namespace

Bootstrap describe_bootstrap(const Files& files) {
  const auto found = files.find("bootstrap");
  if (found == files.end() || !is_elf(found->second.content)) return {};
  try {
    auto elf = read_elf(found->second.content);
    const auto* architecture = architecture_of(elf);
    return {.architecture = std::string{architecture != nullptr ? architecture->name : ""},
            .glibc = newest_glibc(elf),
            .libraries = std::move(elf.libraries),
            .build_id = std::move(elf.build_id)};
  } catch (const ElfError&) {
    return {};  // judge_program() says why
  }
}

std::vector<Finding> judge_program(const Files& files) { return ProgramJudge{files}.findings(); }

}  // namespace temporal::lambda_package
