#pragma once

#include <tools/temporal-lambda/package/elf.h>

#include <elf.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace temporal::lambda_package {

/// A file that says what `elf` says, and has no code: what linkers of other machines make can be tested on each.
class FakeElf {
 public:
  explicit FakeElf(const Elf& elf, bool with_sections = true) : elf_{elf} {
    const bool dynamic = !elf_.libraries.empty() || !elf_.versions.empty();
    const auto segments =
        1U + (elf_.interpreter.empty() ? 0U : 1U) + (dynamic ? 1U : 0U) + (elf_.build_id.empty() ? 0U : 1U);
    bytes_.resize(sizeof(Elf64_Ehdr) + segments * sizeof(Elf64_Phdr));
    if (!elf_.interpreter.empty()) add_segment(PT_INTERP, elf_.interpreter + '\0');
    if (!elf_.build_id.empty()) add_build_id();
    if (dynamic) add_dynamic(with_sections);
    // One segment loads it all.
    headers_.push_back(segment(PT_LOAD, 0, bytes_.size()));
    put(sizeof(Elf64_Ehdr), headers_.data(), headers_.size() * sizeof(Elf64_Phdr));
    add_header();
  }

  [[nodiscard]] const std::string& bytes() const& { return bytes_; }
  [[nodiscard]] std::string bytes() && { return std::move(bytes_); }
  /// Where each part begins, for tests that break it.
  std::uint64_t dynamic_at = 0;
  std::uint64_t strings_at = 0;
  std::uint64_t versions_at = 0;
  std::uint64_t symbols_at = 0;
  std::uint64_t sections_at = 0;

 private:
  static constexpr std::uint64_t base = 0x10000;

  static Elf64_Phdr segment(std::uint32_t type, std::uint64_t offset, std::uint64_t size) {
    Elf64_Phdr header{};
    header.p_type = type;
    header.p_offset = offset;
    header.p_vaddr = base + offset;
    header.p_filesz = size;
    header.p_align = 4;
    return header;
  }
  static Elf64_Shdr section(std::uint32_t type, std::uint64_t offset, std::uint64_t size) {
    Elf64_Shdr header{};
    header.sh_type = type;
    header.sh_offset = offset;
    header.sh_size = size;
    header.sh_link = 1;  // the strings
    return header;
  }

  void put(std::uint64_t offset, const void* from, std::size_t size) {
    bytes_.replace(offset, size, static_cast<const char*>(from), size);
  }
  std::uint64_t append(const void* from, std::size_t size) {
    bytes_.resize((bytes_.size() + 7) / 8 * 8);
    const auto offset = bytes_.size();
    bytes_.append(static_cast<const char*>(from), size);
    return offset;
  }
  template <class T>
  std::uint64_t append(const std::vector<T>& table) {
    return append(table.data(), table.size() * sizeof(T));
  }
  std::uint64_t add_segment(std::uint32_t type, const std::string& content) {
    const auto offset = append(content.data(), content.size());
    headers_.push_back(segment(type, offset, content.size()));
    return offset;
  }
  template <class T>
  static std::string as_bytes(const std::vector<T>& table) {
    return {reinterpret_cast<const char*>(table.data()), table.size() * sizeof(T)};
  }
  std::uint32_t string(std::string_view text) {
    const auto place = strings_.size();
    strings_.append(text).push_back('\0');
    return static_cast<std::uint32_t>(place);
  }

  void add_build_id() {
    std::string id;
    for (std::size_t i = 0; i + 1 < elf_.build_id.size(); i += 2)
      id += static_cast<char>(std::stoi(elf_.build_id.substr(i, 2), nullptr, 16));
    const Elf64_Nhdr note{.n_namesz = 4, .n_descsz = static_cast<std::uint32_t>(id.size()), .n_type = NT_GNU_BUILD_ID};
    add_segment(PT_NOTE, std::string{reinterpret_cast<const char*>(&note), sizeof note} + "GNU" + '\0' + id);
  }

  void add_dynamic(bool with_sections) {
    std::string needed;
    std::vector<Elf64_Half> versions_of_symbols{0};
    std::vector<Elf64_Sym> symbols{{}};
    Elf64_Half index = 2;
    for (std::size_t i = 0; i < elf_.versions.size(); ++i) {
      const auto& version = elf_.versions[i];
      const bool last = i + 1 == elf_.versions.size();
      const Elf64_Verneed library{
          .vn_version = 1,
          .vn_cnt = 1,
          .vn_file = string(version.library),
          .vn_aux = sizeof(Elf64_Verneed),
          .vn_next = last ? 0 : static_cast<Elf64_Word>(sizeof(Elf64_Verneed) + sizeof(Elf64_Vernaux))};
      Elf64_Vernaux name{};
      name.vna_other = index;
      name.vna_name = string(version.name);
      needed += as_bytes(std::vector{library}) + as_bytes(std::vector{name});
      for (const auto& symbol : version.symbols) {
        symbols.emplace_back().st_name = string(symbol);
        versions_of_symbols.push_back(index);
      }
      ++index;
    }
    std::vector<Elf64_Dyn> dynamic;
    const auto add = [&](Elf64_Sxword tag, std::uint64_t value) {
      dynamic.push_back({.d_tag = tag, .d_un = {.d_val = value}});
    };
    for (const auto& library : elf_.libraries) add(DT_NEEDED, string(library));
    strings_at = append(strings_.data(), strings_.size());
    versions_at = append(needed.data(), needed.size());
    add(DT_STRTAB, base + strings_at);
    if (!elf_.versions.empty()) {
      add(DT_VERNEED, base + versions_at);
      add(DT_VERNEEDNUM, elf_.versions.size());
    }
    add(DT_NULL, 0);
    dynamic_at = add_segment(PT_DYNAMIC, as_bytes(dynamic));
    if (!with_sections) return;
    symbols_at = append(symbols);
    const auto versym_at = append(versions_of_symbols);
    sections_at =
        append(std::vector{Elf64_Shdr{}, section(SHT_STRTAB, strings_at, strings_.size()),
                           section(SHT_DYNSYM, symbols_at, symbols.size() * sizeof(Elf64_Sym)),
                           section(SHT_GNU_versym, versym_at, versions_of_symbols.size() * sizeof(Elf64_Half))});
  }

  void add_header() {
    Elf64_Ehdr header{};
    header.e_type = elf_.type;
    header.e_machine = elf_.machine;
    header.e_entry = elf_.entry;
    header.e_phoff = sizeof header;
    header.e_shoff = sections_at;
    header.e_phentsize = sizeof(Elf64_Phdr);
    header.e_phnum = static_cast<Elf64_Half>(headers_.size());
    header.e_shentsize = sizeof(Elf64_Shdr);
    header.e_shnum = static_cast<Elf64_Half>(sections_at == 0 ? 0 : 4);
    std::string_view{ELFMAG}.copy(reinterpret_cast<char*>(header.e_ident), SELFMAG);
    header.e_ident[EI_CLASS] = elf_.bits == 64 ? ELFCLASS64 : ELFCLASS32;
    header.e_ident[EI_DATA] = elf_.big_endian ? ELFDATA2MSB : ELFDATA2LSB;
    if (elf_.big_endian) header.e_machine = static_cast<Elf64_Half>(elf_.machine << 8U | elf_.machine >> 8U);
    put(0, &header, sizeof header);
  }

  const Elf elf_;
  std::string bytes_ = {};
  std::string strings_ = std::string(1, '\0');
  std::vector<Elf64_Phdr> headers_ = {};
};

/// A bootstrap that AWS can start; tests change one thing of it.
inline Elf good_elf(std::uint16_t machine = EM_X86_64) {
  return {.machine = machine,
          .type = ET_DYN,
          .entry = 0x11000,
          .interpreter = machine == EM_X86_64 ? "/lib64/ld-linux-x86-64.so.2" : "/lib/ld-linux-aarch64.so.1",
          .libraries = {"libm.so.6", "libc.so.6"},
          .versions = {{.library = "libc.so.6", .name = "GLIBC_2.2.5", .symbols = {"malloc", "free"}},
                       {.library = "libc.so.6", .name = "GLIBC_2.34", .symbols = {"__libc_start_main"}}},
          .build_id = "00ff9e7d"};
}

}  // namespace temporal::lambda_package
