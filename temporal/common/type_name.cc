#include <temporal/common/type_name.h>

#include <cxxabi.h>

#include <cstdlib>
#include <memory>
#include <string_view>

namespace temporal::detail {
namespace {

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

/// Replaces every "name<…>" with its balanced brackets.
void replace_template(std::string& text, std::string_view begin, std::string_view to) {
  for (auto at = text.find(begin); at != std::string::npos; at = text.find(begin, at + to.size())) {
    auto end = at + begin.size();
    for (int open = 1; open > 0 && end < text.size(); ++end) {
      if (text[end] == '<') ++open;
      if (text[end] == '>') --open;
    }
    text.replace(at, end - at, to);
  }
}

/// nlohmann's namespace has its version in it.
void remove_version(std::string& text) {
  constexpr std::string_view begin = "nlohmann::json_abi_";
  constexpr std::string_view kept = "nlohmann::";
  for (auto at = text.find(begin); at != std::string::npos; at = text.find(begin, at)) {
    at += kept.size();
    text.erase(at, text.find("::", at) + 2 - at);
  }
}

std::string demangle(const char* name) {
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> text{abi::__cxa_demangle(name, nullptr, nullptr, &status),
                                                         &std::free};
  return status == 0 && text ? std::string{text.get()} : std::string{name};
}

}  // namespace

std::string type_name(const std::type_info& type) {
  auto name = demangle(type.name());
  replace_all(name, "std::__cxx11::", "std::");
  replace_template(name, "basic_json<", "json");
  remove_version(name);
  constexpr std::string_view nested = "std::_Nested_exception<";  // what std::throw_with_nested throws
  if (name.starts_with(nested)) name = name.substr(nested.size(), name.size() - nested.size() - 1);
  for (const auto* argument : {", std::char_traits<", ", std::allocator<", ", std::less<", ", std::hash<",
                               ", std::equal_to<", ", std::default_delete<"}) {
    replace_template(name, argument, "");  // default arguments, which nobody writes
  }
  replace_all(name, " >", ">");
  replace_all(name, "std::basic_string<char>", "std::string");
  replace_all(name, "std::basic_string_view<char>", "std::string_view");
  constexpr std::string_view ours = "temporal::";
  if (name.starts_with(ours) && name.find("::", ours.size()) == std::string::npos) name.erase(0, ours.size());
  return name;
}

}  // namespace temporal::detail
