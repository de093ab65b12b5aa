#include "program.h"

#include <algorithm>
#include <utility>

namespace temporal::generated {
namespace {

/// What a byte makes of a statement: the simplest first, and what is worth more is there more often. Kept cases depend
/// on the order. What is new takes the place of a repetition.
constexpr auto kinds = [] {
  std::array<Do, 64> made{};
  std::size_t place = 0;
  for (int each = 0; each < static_cast<int>(Do::count); ++each) made.at(place++) = static_cast<Do>(each);
  for (const auto each :
       {Do::wait,         Do::take,           Do::spawn,       Do::await_place, Do::scope,  Do::cancel_scope,
        Do::attempt,      Do::start_activity, Do::start_timer, Do::activity,    Do::any_of, Do::all_of,
        Do::wait_limited, Do::take_limited,   Do::lock,        Do::patch,       Do::sleep,  Do::local_activity,
        Do::start_child,  Do::cancel_place,   Do::all_tasks,   Do::handle_late, Do::spawn,  Do::await_place,
        Do::suggested,    Do::wait,           Do::take,        Do::start_local, Do::add}) {
    made.at(place++) = each;
  }
  return made;
}();
static_assert(kinds.back() == Do::add);

/// Makes blocks until it has spent its budget of statements.
class Maker {
 public:
  explicit Maker(Choices& choices) : choices_(choices) {}

  Block function(int budget, bool of_main) {
    budget_ = budget;
    return block(0, of_main);
  }

 private:
  Block block(int depth, bool of_main) {
    Block made;
    while (budget_ > 0 && choices_.below(depth == 0 ? 16 : 4) != 0) {
      // A main function that ends at its first failure sees little.
      const bool careful = depth == 0 && choices_.chance(60);
      auto next = statement(depth, of_main);
      if (careful) next = {.what = Do::attempt, .body = {std::move(next)}};
      made.push_back(std::move(next));
    }
    return made;
  }

  Statement statement(int depth, bool of_main) {
    --budget_;
    Statement made;
    made.what = kinds.at(choices_.below(kinds.size()));
    // What ends the function comes rarely.
    if (made.what >= Do::give && choices_.chance(80)) made.what = Do::wait;
    const auto number = [&](unsigned count) { return static_cast<int>(choices_.below(count)); };
    const auto nested = [&] { return depth < 3 ? block(depth + 1, of_main) : Block{}; };
    switch (made.what) {
      case Do::add:
        made.a = number(3);
        made.b = std::array{1, 2, -1}.at(choices_.below(3));
        break;
      case Do::sleep:
        made.b = number(4);
        break;
      case Do::activity:
      case Do::local_activity:
        made.c = number(3);
        break;
      case Do::child:
        made.c = number(4);
        break;
      case Do::start_timer:
        made.a = number(3);
        made.b = 1 + number(4);
        break;
      case Do::start_activity:
      case Do::start_local:
        made.a = number(3);
        made.c = number(3);
        break;
      case Do::start_child:
        made.a = number(3);
        made.c = number(4);
        break;
      case Do::await_place:
      case Do::cancel_place:
        made.a = number(3);
        break;
      case Do::any_of:
      case Do::all_of:
        made.a = number(3);
        made.b = number(3);
        break;
      case Do::spawn:
        made.a = number(3);
        made.body = nested();
        break;
      case Do::all_tasks:
        made.body = nested();
        made.other = nested();
        break;
      case Do::wait:
      case Do::suggested:
        made.a = number(3);
        made.b = 1 + number(2);
        break;
      case Do::wait_limited:
        made.a = number(3);
        made.b = 1 + number(2);
        made.c = number(4);
        break;
      case Do::take:
        made.a = number(3);
        break;
      case Do::take_limited:
        made.a = number(3);
        made.c = number(4);
        break;
      case Do::scope:
        made.a = number(2);
        made.b = number(2);
        made.body = nested();
        break;
      case Do::cancel_scope:
        made.a = number(2);
        break;
      case Do::lock:
        made.a = number(2);
        made.body = nested();
        break;
      case Do::attempt:
        made.body = nested();
        break;
      case Do::either:
        made.a = number(3);
        made.b = 1 + number(2);
        made.body = nested();
        made.other = nested();
        break;
      case Do::patch:
        made.a = number(2);
        made.body = nested();
        made.other = nested();
        break;
      case Do::repeat:
        made.b = 2 + number(2);
        made.body = nested();
        break;
      case Do::handle_late:
        if (of_main) {
          made.body = block(depth < 3 ? depth + 1 : depth, /*of_main=*/false);
        } else {
          made = {.b = 1};  // it would outlive the handler that it refers to
        }
        break;
      case Do::all_finished:
      case Do::again:
        // A handler that waits for itself; an update that continues as new fails its task, as documented.
        if (!of_main) made = {.b = 1};
        break;
      default:
        break;
    }
    return made;
  }

  Choices& choices_;
  int budget_ = 0;
};

std::string text_of(const Block& block, int depth);

std::string line_of(const Statement& statement, int depth) {
  const auto a = std::to_string(statement.a);
  const auto b = std::to_string(statement.b);
  const auto c = std::to_string(statement.c);
  const auto variable = std::array{"x", "y", "local"}.at(static_cast<std::size_t>(statement.a % 3));
  const auto body = [&] { return text_of(statement.body, depth + 1); };
  const auto either = [&] {
    return body() + std::string(depth * 2, ' ') + "else\n" + text_of(statement.other, depth + 1);
  };
  switch (statement.what) {
    case Do::add:
      return std::string{variable} + " += " + b + "\n";
    case Do::sleep:
      return "sleep " + b + "\n";
    case Do::activity:
      return "activity, cancellation type " + c + "\n";
    case Do::local_activity:
      return "local activity, cancellation type " + c + "\n";
    case Do::child:
      return "child, cancellation type " + c + "\n";
    case Do::start_timer:
      return "h" + a + " = start timer " + b + "\n";
    case Do::start_activity:
      return "h" + a + " = start activity, cancellation type " + c + "\n";
    case Do::start_local:
      return "h" + a + " = start local activity, cancellation type " + c + "\n";
    case Do::start_child:
      return "h" + a + " = start child, cancellation type " + c + "\n";
    case Do::await_place:
      return "await h" + a + "\n";
    case Do::cancel_place:
      return "cancel h" + a + "\n";
    case Do::any_of:
      return "when_any h" + a + ", h" + b + "\n";
    case Do::all_of:
      return "when_all h" + a + ", h" + b + "\n";
    case Do::spawn:
      return "h" + a + " = spawn\n" + body();
    case Do::all_tasks:
      return "when_all of\n" + either();
    case Do::wait:
      return std::string{"wait until "} + variable + " >= " + b + "\n";
    case Do::wait_limited:
      return std::string{"wait until "} + variable + " >= " + b + ", at most " + c + "\n";
    case Do::take:
      return std::string{"wait until "} + variable + " > 0, then --" + variable + "\n";
    case Do::take_limited:
      return std::string{"wait until "} + variable + " > 0, at most " + c + ", then --" + variable + "\n";
    case Do::scope:
      return "scope" + a + (statement.b == 1 ? " = shielded scope\n" : " = scope\n") + body();
    case Do::cancel_scope:
      return "cancel scope" + a + "\n";
    case Do::lock:
      return "lock " + a + "\n" + body();
    case Do::attempt:
      return "try\n" + body();
    case Do::either:
      return std::string{"if "} + variable + " >= " + b + "\n" + either();
    case Do::patch:
      return "if patched p" + a + "\n" + either();
    case Do::repeat:
      return "repeat " + b + "\n" + body();
    case Do::all_finished:
      return "wait until all handlers are finished\n";
    case Do::suggested:
      return std::string{"wait until "} + variable + " >= " + b + " or continue-as-new is suggested\n";
    case Do::handle_late:
      return "handle late\n" + body();
    case Do::signal_external:
      return "signal external\n";
    case Do::cancel_external:
      return "cancel external\n";
    case Do::random:
      return "look at a random number\n";
    case Do::give:
      return "return\n";
    case Do::fail:
      return "throw\n";
    case Do::again:
      return "continue as new\n";
    case Do::count:
      break;
  }
  return "?\n";
}

std::string text_of(const Block& block, int depth) {
  std::string text;
  for (const auto& statement : block) text += std::string(depth * 2, ' ') + line_of(statement, depth);
  return text;
}

}  // namespace

bool has_patches(const Program& program) {
  const auto has = [](const auto& self, const Block& block) -> bool {
    return std::ranges::any_of(block, [&](const Statement& each) {
      return each.what == Do::patch || self(self, each.body) || self(self, each.other);
    });
  };
  return has(has, program.main) ||
         std::ranges::any_of(program.signals, [&](const Block& signal) { return has(has, signal); }) ||
         std::ranges::any_of(program.updates, [&](const Update& update) { return has(has, update.body); });
}

Program make_program(Choices choices) {
  Program made;
  Maker maker{choices};
  made.main = maker.function(24, /*of_main=*/true);
  for (auto& signal : made.signals) signal = maker.function(6, /*of_main=*/false);
  for (auto& update : made.updates) {
    update.variable = static_cast<int>(choices.below(2));
    update.at_least = static_cast<int>(choices.below(3));
    update.body = maker.function(6, /*of_main=*/false);
  }
  return made;
}

std::string to_text(const Program& program) {
  auto text = "main\n" + text_of(program.main, 1);
  for (std::size_t i = 0; i < program.signals.size(); ++i) {
    text += "signal " + std::to_string(i) + "\n" + text_of(program.signals.at(i), 1);
  }
  for (std::size_t i = 0; i < program.updates.size(); ++i) {
    const auto& update = program.updates.at(i);
    text += "update " + std::to_string(i) + ", rejected when " + (update.variable == 0 ? "x" : "y") + " < " +
            std::to_string(update.at_least) + "\n" + text_of(update.body, 1);
  }
  return text;
}

}  // namespace temporal::generated
