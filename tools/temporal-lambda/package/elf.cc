#include <tools/temporal-lambda/package/elf.h>

#include <elf.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstring>
#include <map>
#include <optional>
#include <type_traits>
#include <utility>

namespace temporal::lambda_package {

using namespace std::string_view_literals;

namespace {

static_assert(std::endian::native == std::endian::little, "structures are read as they lie in the file");

constexpr std::uint16_t version_mask = 0x7fff;  // without the bit that hides a definition
constexpr std::size_t longest_name = 4096;
constexpr int most_versions = 10'000;  // programs have a dozen; a hostile file could ask for billions of steps

/// The file. Whoever made it may have written anything: nothing is read without a look at where the file ends.
class Bytes {
 public:
  explicit Bytes(std::string_view bytes) : bytes_{bytes} {}

  [[nodiscard]] bool holds(std::uint64_t offset, std::uint64_t size) const {
    return offset <= bytes_.size() && size <= bytes_.size() - offset;
  }
  [[nodiscard]] std::string_view part(std::uint64_t offset, std::uint64_t size, std::string_view what) const {
    if (!holds(offset, size))
      throw ElfError{std::string{what} + " lies beyond the end of the file: it is cut off or damaged"};
    return bytes_.substr(offset, size);
  }
  template <class T>
  [[nodiscard]] T at(std::uint64_t offset, std::string_view what) const {
    static_assert(std::is_trivially_copyable_v<T>);
    T value{};
    const auto from = part(offset, sizeof value, what);
    std::memcpy(&value, from.data(), from.size());
    return value;
  }
  /// Element `index` of the table at `offset`.
  template <class T>
  [[nodiscard]] T element(std::uint64_t offset, std::uint64_t index, std::string_view what) const {
    if (!holds(offset, 0) || index > bytes_.size() / sizeof(T))
      throw ElfError{std::string{what} + " lies beyond the end of the file: it is cut off or damaged"};
    return at<T>(offset + index * sizeof(T), what);
  }
  [[nodiscard]] std::string text(std::uint64_t offset, std::string_view what) const {
    const auto rest = bytes_.substr(std::min<std::uint64_t>(offset, bytes_.size()), longest_name);
    const auto end = rest.find('\0');
    if (end == std::string_view::npos)
      throw ElfError{std::string{what} + " has no end: the file is cut off or damaged"};
    return std::string{rest.substr(0, end)};
  }

 private:
  std::string_view bytes_;
};

std::string hexadecimal(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += {"0123456789abcdef"[byte >> 4U], "0123456789abcdef"[byte & 15U]};
  }
  return text;
}

/// What the dynamic section says, as addresses in memory.
struct Dynamic {
  std::vector<std::uint64_t> libraries = {};  ///< places in the strings
  std::optional<std::uint64_t> strings = {};
  std::optional<std::uint64_t> versions = {};
  std::uint64_t version_count = 0;
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_{bytes}, header_{bytes_.at<Elf64_Ehdr>(0, "the header")} {}

  Elf read() {
    elf_.machine = header_.e_machine;
    elf_.type = header_.e_type;
    elf_.entry = header_.e_entry;
    read_segments();
    read_dynamic();
    read_symbols();
    return std::move(elf_);
  }

 private:
  void read_segments() {
    if (header_.e_phnum > 0 && header_.e_phentsize != sizeof(Elf64_Phdr))
      throw ElfError{"the program headers have an unknown size"};
    for (std::uint64_t i = 0; i < header_.e_phnum; ++i) {
      const auto segment = bytes_.element<Elf64_Phdr>(header_.e_phoff, i, "the table of program headers");
      if (segment.p_type == PT_LOAD) {
        (void)bytes_.part(segment.p_offset, segment.p_filesz, "a segment that is loaded");
        loaded_.push_back(segment);
      } else if (segment.p_type == PT_INTERP) {
        elf_.interpreter = bytes_.text(segment.p_offset, "the interpreter");
      } else if (segment.p_type == PT_DYNAMIC) {
        dynamic_segment_ = segment;
      } else if (segment.p_type == PT_NOTE && elf_.build_id.empty()) {
        read_notes(segment);
      }
    }
  }

  void read_notes(const Elf64_Phdr& segment) {
    const Bytes notes{bytes_.part(segment.p_offset, segment.p_filesz, "a note")};
    const std::uint64_t alignment = segment.p_align == 8 ? 8 : 4;
    const auto padded = [alignment](std::uint64_t size) { return (size + alignment - 1) / alignment * alignment; };
    for (std::uint64_t offset = 0; notes.holds(offset, sizeof(Elf64_Nhdr));) {
      const auto note = notes.at<Elf64_Nhdr>(offset, "a note");
      const auto name = offset + sizeof note;
      const auto content = offset + padded(sizeof note + note.n_namesz);
      if (note.n_type == NT_GNU_BUILD_ID && notes.part(name, note.n_namesz, "a note") == "GNU\0"sv) {
        elf_.build_id = hexadecimal(notes.part(content, note.n_descsz, "the build id"));
        return;
      }
      offset = content + padded(note.n_descsz);
    }
  }

  /// Where in the file lies what is loaded at this address.
  [[nodiscard]] std::uint64_t offset_of(std::uint64_t address, std::string_view what) const {
    for (const auto& segment : loaded_) {
      if (address >= segment.p_vaddr && address - segment.p_vaddr < segment.p_filesz)
        return segment.p_offset + (address - segment.p_vaddr);
    }
    throw ElfError{std::string{what} + " is in no segment that is loaded: the file is damaged"};
  }

  [[nodiscard]] Dynamic dynamic() const {
    Dynamic found;
    const auto count = dynamic_segment_->p_filesz / sizeof(Elf64_Dyn);
    for (std::uint64_t i = 0; i < count; ++i) {
      const auto entry = bytes_.element<Elf64_Dyn>(dynamic_segment_->p_offset, i, "the dynamic section");
      const auto value = entry.d_un.d_val;
      if (entry.d_tag == DT_NULL) break;
      if (entry.d_tag == DT_NEEDED) found.libraries.push_back(value);
      if (entry.d_tag == DT_STRTAB) found.strings = value;
      if (entry.d_tag == DT_VERNEED) found.versions = value;
      if (entry.d_tag == DT_VERNEEDNUM) found.version_count = value;
    }
    return found;
  }

  void read_dynamic() {
    if (!dynamic_segment_) return;
    const auto found = dynamic();
    if (found.libraries.empty() && !found.versions) return;
    if (!found.strings) throw ElfError{"the dynamic section names no strings: the file is damaged"};
    const auto strings = offset_of(*found.strings, "the table of dynamic strings");
    for (const auto name : found.libraries) elf_.libraries.push_back(string(strings, name, "a library's name"));
    if (found.versions) {
      read_versions(offset_of(*found.versions, "the table of needed versions"), found.version_count, strings);
    }
  }

  void read_versions(std::uint64_t offset, std::uint64_t count, std::uint64_t strings) {
    constexpr std::string_view what = "the table of needed versions";
    int steps = 0;
    const auto step = [&] {
      if (++steps > most_versions) throw ElfError{std::string{what} + " is too long: the file is damaged"};
    };
    for (; count > 0; --count) {
      step();
      const auto library = bytes_.at<Elf64_Verneed>(offset, what);
      const auto name = string(strings, library.vn_file, "a library's name");
      auto at = offset + library.vn_aux;
      for (auto left = library.vn_cnt; left > 0; --left) {
        step();
        const auto version = bytes_.at<Elf64_Vernaux>(at, what);
        // The loader goes on without a version that is marked as weak.
        if ((version.vna_flags & VER_FLG_WEAK) == 0) {
          version_of_index_[version.vna_other & version_mask] = elf_.versions.size();
          elf_.versions.push_back({.library = name, .name = string(strings, version.vna_name, "a version's name")});
        }
        if (version.vna_next == 0) break;
        at += version.vna_next;
      }
      if (library.vn_next == 0) break;
      offset += library.vn_next;
    }
  }

  /// Which symbols are of which version. The loader finds them by hash tables; for who reads the file there are
  /// sections.
  void read_symbols() {
    std::optional<Elf64_Shdr> symbols;
    std::optional<Elf64_Shdr> versions;
    if (header_.e_shnum > 0 && header_.e_shentsize != sizeof(Elf64_Shdr))
      throw ElfError{"the section headers have an unknown size"};
    for (std::uint64_t i = 0; i < header_.e_shnum; ++i) {
      const auto section = bytes_.element<Elf64_Shdr>(header_.e_shoff, i, "the table of section headers");
      if (section.sh_type == SHT_DYNSYM) symbols = section;
      if (section.sh_type == SHT_GNU_versym) versions = section;
    }
    if (!symbols || !versions) return;
    const auto strings =
        bytes_.element<Elf64_Shdr>(header_.e_shoff, symbols->sh_link, "the table of section headers").sh_offset;
    for (std::uint64_t i = 0; i < versions->sh_size / sizeof(Elf64_Half); ++i) {
      const auto index = bytes_.element<Elf64_Half>(versions->sh_offset, i, "the table of symbol versions");
      const auto version = version_of_index_.find(index & version_mask);
      if (version == version_of_index_.end()) continue;
      const auto symbol = bytes_.element<Elf64_Sym>(symbols->sh_offset, i, "the table of dynamic symbols");
      elf_.versions[version->second].symbols.push_back(string(strings, symbol.st_name, "a symbol's name"));
    }
  }

  [[nodiscard]] std::string string(std::uint64_t strings, std::uint64_t place, std::string_view what) const {
    if (!bytes_.holds(strings, place))
      throw ElfError{std::string{what} + " lies beyond the end of the file: it is cut off or damaged"};
    return bytes_.text(strings + place, what);
  }

  Bytes bytes_;
  Elf64_Ehdr header_;
  std::vector<Elf64_Phdr> loaded_ = {};
  std::optional<Elf64_Phdr> dynamic_segment_ = {};
  std::map<std::uint16_t, std::size_t> version_of_index_ = {};
  Elf elf_ = {};
};

}  // namespace

bool is_elf(std::string_view bytes) { return bytes.starts_with(std::string_view{ELFMAG, SELFMAG}); }

Elf read_elf(std::string_view bytes) {
  if (!is_elf(bytes)) throw ElfError{"it is no ELF file"};
  const auto ident = Bytes{bytes}.at<std::array<unsigned char, EI_NIDENT>>(0, "the header");
  const bool big_endian = ident[EI_DATA] == ELFDATA2MSB;
  const int bits = ident[EI_CLASS] == ELFCLASS64 ? 64 : 32;
  if (bits == 64 && !big_endian) return Reader{bytes}.read();
  auto machine = Bytes{bytes}.at<std::uint16_t>(offsetof(Elf32_Ehdr, e_machine), "the header");
  if (big_endian) machine = static_cast<std::uint16_t>(machine << 8U | machine >> 8U);
  return {.bits = bits, .big_endian = big_endian, .machine = machine};
}

}  // namespace temporal::lambda_package
