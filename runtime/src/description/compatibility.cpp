// Compares two descriptions: methods by id, parameters, fields and enum values by number; whatever
// finds no match is explained by what is most like it.
#include "description/compatibility.hpp"

#include "description/explain.hpp"
#include "description/names.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace roi::description {

namespace {

// A peer chooses what is compared here, so work and output are bounded.
constexpr std::size_t max_findings = 1'000;
constexpr std::size_t max_members = 500'000;  // fields and enum values looked at
constexpr std::size_t max_label = 512;
constexpr std::size_t max_guesses = 20;
constexpr std::size_t max_candidates = 1'000;

/// Whose the second description is: that decides what is worth saying.
enum class question { does_the_server_fit, what_changed };

/// A pair of types to compare, and how it was reached: "demo.Bank.pay: parameter 1 'order': ".
struct type_pair {
    const pb::Descriptor* older;
    const pb::Descriptor* newer;
    std::string label;
    std::string method;
};

class comparer {
public:
    comparer(const document& older, const document& newer, question what)
        : older_(older), newer_(newer), what_(what) {}

    comparison take() && {
        std::stable_partition(
            found_.findings.begin(), found_.findings.end(),
            [](const finding& one) { return one.severity == severity::breaking; });
        return std::move(found_);
    }

    void all() {
        const auto now = newer_.interfaces();
        for (const auto* before : older_.services()) {
            interface_ = wire_name(*before);
            const auto* after = newer_.find_interface(interface_);
            if (after == nullptr) {
                auto text = interface_ + " was removed";
                const auto guess = nearest(interface_, now);
                text += guess.empty() ? "" : "; the nearest is " + guess;
                add(severity::breaking, element::interface, "", text, where(*before), "");
                continue;
            }
            interfaces(*before, *after);
            changed_bases(*before, *after);
        }
        for (const auto* after : newer_.services()) {
            interface_ = wire_name(*after);
            if (older_.find_interface(interface_) == nullptr) {
                add(severity::compatible, element::interface, "", interface_ + " was added", "",
                    where(*after));
            }
        }
    }

    void client(std::string_view wanted, std::string_view offered) {
        interface_ = wanted;
        const auto* expected = older_.find_interface(wanted);
        const auto* there = newer_.find_interface(offered);
        if (expected == nullptr || there == nullptr) {
            const bool ours = expected == nullptr;
            add(severity::breaking, element::interface, "",
                std::string("the description of the ") + (ours ? "client" : "server") +
                    " does not hold " + std::string(ours ? wanted : offered),
                "", "");
            return;
        }
        if (wanted != offered && !derives(*there, wanted)) {
            add(severity::breaking, element::interface, "",
                "the server is a " + std::string(offered) + ", which is neither " +
                    std::string(wanted) + " nor derived from it",
                where(*expected), where(*there));
            return;
        }
        interfaces(*expected, *there);
    }

private:
    // Interfaces.

    bool derives(const pb::ServiceDescriptor& from, std::string_view base) const {
        std::set<std::string, std::less<>> seen;
        std::vector<const pb::ServiceDescriptor*> waiting{&from};
        while (!waiting.empty()) {
            const auto* one = waiting.back();
            waiting.pop_back();
            for (const auto& name : marks(*one).bases()) {
                if (name == base) {
                    return true;
                }
                const auto* next = newer_.find_interface(name);
                if (seen.insert(name).second && next != nullptr) {
                    waiting.push_back(next);
                }
            }
        }
        return false;
    }

    void changed_bases(const pb::ServiceDescriptor& before, const pb::ServiceDescriptor& after) {
        for (const auto& base : marks(before).bases()) {
            if (!derives(after, base)) {
                add(severity::breaking, element::interface, "",
                    interface_ + " no longer derives from " + base + ": clients of " + base +
                        " cannot use it any more",
                    where(before), where(after));
            }
        }
        const auto& old_name = marks(before).published_name();
        const auto& new_name = marks(after).published_name();
        if (old_name != new_name) {
            add(severity::breaking, element::interface, "",
                interface_ + " was published as '" + old_name + "', is published as '" + new_name +
                    "' now: clients look for '" + old_name + "'",
                where(before), where(after));
        }
        if (marks(before).per_client() != marks(after).per_client()) {
            add(severity::compatible, element::interface, "",
                interface_ + (marks(after).per_client()
                                  ? " has an instance for each client now"
                                  : " no longer has an instance for each client"),
                where(before), where(after));
        }
    }

    void interfaces(const pb::ServiceDescriptor& before, const pb::ServiceDescriptor& after) {
        const auto offered = all_methods(newer_, after);
        std::map<std::uint64_t, const pb::MethodDescriptor*> by_id;
        std::multimap<std::string, const pb::MethodDescriptor*> by_name;
        for (const auto* method : offered) {
            // A full list before another method's shorter one; of two, the more derived.
            by_id.insert_or_assign(marks(*method).id(), method);
            by_name.emplace(cpp_name(*method), method);
        }
        for (const auto* method : offered) {
            for (const auto id : marks(*method).shorter_ids()) {
                by_id.emplace(id, method);
            }
        }
        // When two versions are compared, each interface reports its own methods only.
        const auto wanted =
            what_ == question::what_changed ? all_methods_of(before) : all_methods(older_, before);
        std::set<const pb::MethodDescriptor*> matched;
        for (const auto* method : wanted) {
            if (full()) {
                return;
            }
            method_ = cpp_name(*method);
            if (const auto at = by_id.find(marks(*method).id()); at != by_id.end()) {
                matched.insert(at->second);
                methods(*method, *at->second);
            } else if (!shorter_list_fits(*method, by_id, matched)) {
                missing_method(*method, by_name, offered, matched);
            }
        }
        method_.clear();
        if (what_ == question::what_changed) {
            for (const auto* method : all_methods_of(after)) {
                if (!matched.contains(method)) {
                    method_ = cpp_name(*method);
                    add(severity::compatible, element::method, "",
                        full_name() + " was added: " + signature(*method), "", where(*method));
                }
            }
            method_.clear();
        }
    }

    static std::vector<const pb::MethodDescriptor*> all_methods_of(
        const pb::ServiceDescriptor& of) {
        std::vector<const pb::MethodDescriptor*> methods;
        for (int i = 0; i < of.method_count(); ++i) {
            methods.push_back(of.method(i));
        }
        return methods;
    }

    // Methods.

    std::string full_name() const { return interface_ + "." + method_; }

    /// The server is from before the method got its last defaulted parameters. Calls that leave
    /// them out carry the shorter list's id, which the server knows.
    bool shorter_list_fits(const pb::MethodDescriptor& wanted,
                           const std::map<std::uint64_t, const pb::MethodDescriptor*>& by_id,
                           std::set<const pb::MethodDescriptor*>& matched) {
        for (const auto id : marks(wanted).shorter_ids()) {
            const auto at = by_id.find(id);
            if (at == by_id.end()) {
                continue;
            }
            matched.insert(at->second);
            const auto& there = *at->second;
            for (int i = 0; i < wanted.input_type()->field_count(); ++i) {
                const auto& parameter = *wanted.input_type()->field(i);
                if (there.input_type()->FindFieldByNumber(parameter.number()) != nullptr) {
                    continue;
                }
                const auto name = parameter_text(parameter);
                if (what_ == question::what_changed) {
                    add(severity::breaking, element::parameter, cpp_name(parameter),
                        full_name() + ": " + name + " was removed: calls that pass it fail",
                        where(parameter), where(there));
                } else {
                    add(severity::compatible, element::parameter, cpp_name(parameter),
                        full_name() + ": " + name +
                            " is unknown here: calls that leave it out work, calls that pass it "
                            "fail",
                        where(parameter), where(there));
                }
            }
            methods(wanted, there, parameters::those_of_both);
            return true;
        }
        return false;
    }

    void missing_method(const pb::MethodDescriptor& wanted,
                        const std::multimap<std::string, const pb::MethodDescriptor*>& by_name,
                        const std::vector<const pb::MethodDescriptor*>& offered,
                        std::set<const pb::MethodDescriptor*>& matched) {
        const wording words{
            here(), what_ == question::does_the_server_fit ? "; this client is from before" : ""};
        const auto [first, last] = by_name.equal_range(cpp_name(wanted));
        std::vector<const pb::MethodDescriptor*> same_name;
        for (auto at = first; at != last && same_name.size() < max_guesses; ++at) {
            same_name.push_back(at->second);
        }
        if (const auto* candidate = most_alike(wanted, same_name)) {
            matched.insert(candidate);
            for (const auto& reason : explain(wanted, *candidate, words)) {
                add(severity::breaking,
                    reason.parameter.empty() ? element::method : element::parameter,
                    reason.parameter, full_name() + ": " + reason.text,
                    reason.old_where.empty() ? where(wanted) : reason.old_where,
                    reason.new_where.empty() ? where(*candidate) : reason.new_where);
            }
            return;
        }
        auto text =
            full_name() + (what_ == question::what_changed ? " was removed" : " is unknown here");
        if (guesses_++ < max_guesses) {
            text += guess_renamed(wanted, offered);
        }
        add(severity::breaking, element::method, "", text, where(wanted), "");
    }

    static std::string guess_renamed(const pb::MethodDescriptor& wanted,
                                     const std::vector<const pb::MethodDescriptor*>& offered) {
        std::vector<std::string> names;
        for (const auto* method : offered) {
            if (names.size() < max_candidates) {
                names.push_back(cpp_name(*method));
            }
        }
        auto guess = nearest(cpp_name(wanted), names);
        for (std::size_t i = 0; guess.empty() && i < names.size(); ++i) {
            if (same_parameters(wanted, *offered[i]) && wanted.input_type()->field_count() > 0) {
                guess = names[i];
            }
        }
        for (std::size_t i = 0; i < names.size(); ++i) {
            if (names[i] == guess) {
                return "; the nearest is '" + signature(*offered[i]) + "'";
            }
        }
        return "";
    }

    enum class parameters { all, those_of_both };

    void methods(const pb::MethodDescriptor& before, const pb::MethodDescriptor& after,
                 parameters which = parameters::all) {
        promises(before, after);
        const auto& old_list = *before.input_type();
        const auto& new_list = *after.input_type();
        for (int i = 0; i < old_list.field_count(); ++i) {
            const auto& parameter = *old_list.field(i);
            const auto* other = new_list.FindFieldByNumber(parameter.number());
            if (other != nullptr && which == parameters::all && marks(parameter).defaulted() &&
                !marks(*other).defaulted()) {
                add(severity::breaking, element::parameter, cpp_name(parameter),
                    full_name() + ": " + parameter_text(parameter) + " has no default " + here() +
                        ": calls that leave it out fail",
                    where(parameter), where(*other));
            }
            if (other != nullptr) {
                fields(parameter, *other, full_name() + ": " + parameter_text(parameter) + " ",
                       full_name() + ": " + parameter_text(parameter) + ": ", element::parameter,
                       cpp_name(parameter));
            } else if (which == parameters::all) {
                add(severity::breaking, element::parameter, cpp_name(parameter),
                    full_name() + ": " + parameter_text(parameter) + " " + gone(), where(parameter),
                    where(after));
            }
        }
        for (int i = 0; i < new_list.field_count(); ++i) {
            const auto& parameter = *new_list.field(i);
            if (old_list.FindFieldByNumber(parameter.number()) != nullptr) {
                continue;
            }
            const auto text = full_name() + ": " + parameter_text(parameter) + " was added with";
            if (!marks(parameter).defaulted()) {
                add(severity::breaking, element::parameter, cpp_name(parameter),
                    text + "out a default" +
                        (what_ == question::does_the_server_fit ? "; this client is from before"
                                                                : ""),
                    where(before), where(parameter));
            } else if (what_ == question::what_changed) {
                add(severity::compatible, element::parameter, cpp_name(parameter),
                    text + " a default", where(before), where(parameter));
            }
        }
        results(before, after);
        errors(before, after);
    }

    void results(const pb::MethodDescriptor& before, const pb::MethodDescriptor& after) {
        const auto& old_list = *before.output_type();
        const auto& new_list = *after.output_type();
        for (int i = 0; i < old_list.field_count(); ++i) {
            const auto& one = *old_list.field(i);
            const bool is_result = one.number() == 1;
            const auto name = is_result ? std::string("the result") : "'" + cpp_name(one) + "'";
            const auto* other = new_list.FindFieldByNumber(one.number());
            if (other == nullptr) {
                add(severity::breaking, element::result, is_result ? "" : cpp_name(one),
                    full_name() + ": " +
                        (is_result ? name + " was " + type_text(one) + ", is void " + here()
                                   : name + " was changed by the call, is not " + here()),
                    where(before), where(after));
                continue;
            }
            fields(one, *other, full_name() + ": " + name + " ", full_name() + ": " + name + ": ",
                   element::result, is_result ? "" : cpp_name(one));
        }
    }

    void promises(const pb::MethodDescriptor& before, const pb::MethodDescriptor& after) {
        const auto& was = marks(before);
        const auto& is = marks(after);
        const auto text = [&](const std::string& a, const std::string& b, const std::string& why) {
            return full_name() + " was " + a + ", is " + b + " " + here() + why;
        };
        if (was.oneway() != is.oneway()) {
            add(severity::breaking, element::method, "",
                text(was.oneway() ? "one-way" : "answered", is.oneway() ? "one-way" : "answered",
                     ""),
                where(before), where(after));
        }
        if (was.semantics() == is.semantics()) {
            return;
        }
        // A client that was promised nothing beyond the default relies on nothing that could be
        // missing; every other one acts on its promise, by repeating calls or by not looking.
        const bool relies = was.semantics() != AT_MOST_ONCE;
        const std::string why = !relies                            ? ""
                                : was.semantics() == AT_LEAST_ONCE ? ": clients repeat it"
                                                                   : ": clients rely on that";
        if (relies || what_ == question::what_changed) {
            add(relies ? severity::breaking : severity::compatible, element::method, "",
                text(promise_text(was.semantics()), promise_text(is.semantics()), why),
                where(before), where(after));
        }
    }

    void errors(const pb::MethodDescriptor& before, const pb::MethodDescriptor& after) {
        for (const auto& name : marks(before).throws()) {
            const auto& there = marks(after).throws();
            if (std::find(there.begin(), there.end(), name) == there.end()) {
                continue;  // then it arrives no more, which is no harm
            }
            const auto* was = older_.find_message(name);
            const auto* is = newer_.find_message(name);
            if (was != nullptr && is != nullptr) {
                types(*was, *is, full_name() + ": exception " + name + ": ");
            }
        }
    }

    // Types.

    /// `subject` is how a sentence about this field begins, `inside` one about its type's members.
    void fields(const pb::FieldDescriptor& before, const pb::FieldDescriptor& after,
                const std::string& subject, const std::string& inside, element kind,
                const std::string& member) {
        if (const auto text = type_change(before, after); !text.empty()) {
            add(severity::breaking, kind, member, subject + text + " " + here(), where(before),
                where(after));
        } else if (before.message_type() != nullptr) {
            types(*before.message_type(), *after.message_type(), inside);
        } else if (before.enum_type() != nullptr) {
            enums(*before.enum_type(), *after.enum_type(), inside);
        } else if (what_ == question::what_changed && before.type() != after.type()) {
            add(severity::compatible, kind, member,
                subject + "was " + type_text(before) + ", is " + type_text(after) +
                    " now; both are the same bytes",
                where(before), where(after));
        }
    }

    void types(const pb::Descriptor& before, const pb::Descriptor& after,
               const std::string& label) {
        if (!pairs_.emplace(&before, &after).second || !affordable(before.field_count())) {
            return;
        }
        waiting_.push_back(
            {&before, &after, label.size() > max_label ? full_name() + ": " : label, method_});
        if (std::exchange(walking_, true)) {
            return;  // the loop below, further down this stack, takes it: hostile types nest deep
        }
        const auto method = method_;
        while (!waiting_.empty()) {
            const auto next = std::move(waiting_.back());
            waiting_.pop_back();
            method_ = next.method;
            members(next);
        }
        method_ = method;
        walking_ = false;
    }

    void members(const type_pair& pair) {
        const auto& before = *pair.older;
        const auto& after = *pair.newer;
        for (int i = 0; i < before.field_count() && !full(); ++i) {
            const auto& field = *before.field(i);
            const auto subject = pair.label + member_text(field) + " ";
            const auto name = wire_name(before) + "." + cpp_name(field);
            const auto* same_number = after.FindFieldByNumber(field.number());
            const auto* same_name = after.FindFieldByName(field.name());
            if (numbered_by_position(before)) {
                same_name = same_number;
            }
            if (same_name != nullptr && same_name != same_number) {
                add(severity::breaking, element::field, name,
                    pair.label + "'" + cpp_name(field) + "' of " + cpp_name(before) +
                        " had number " + std::to_string(field.number()) + ", has " +
                        std::to_string(same_name->number()) + " " + here() +
                        ": ROI_ID or a lock file keeps numbers",
                    where(field), where(*same_name));
            } else if (same_number == nullptr) {
                removed_field(field, after, subject, name);
            } else if (same_name == nullptr &&
                       before.FindFieldByName(same_number->name()) != nullptr) {
                removed_field(field, after, subject, name);  // another field has its number now
            } else {
                renamed(field, *same_number, subject, name);
                fields(field, *same_number, subject, pair.label, element::field, name);
            }
        }
        if (what_ == question::what_changed) {
            for (int i = 0; i < after.field_count() && !full(); ++i) {
                const auto& field = *after.field(i);
                if (before.FindFieldByNumber(field.number()) == nullptr &&
                    (numbered_by_position(before) ||
                     before.FindFieldByName(field.name()) == nullptr)) {
                    add(severity::compatible, element::field,
                        wire_name(after) + "." + cpp_name(field),
                        pair.label + member_text(field) + " was added", where(before),
                        where(field));
                }
            }
        }
    }

    void renamed(const pb::FieldDescriptor& before, const pb::FieldDescriptor& after,
                 const std::string& subject, const std::string& name) {
        if (cpp_name(before) != cpp_name(after) && what_ == question::what_changed &&
            !numbered_by_position(*before.containing_type())) {
            add(severity::compatible, element::field, name,
                subject + "is called '" + cpp_name(after) + "' now", where(before), where(after));
        }
    }

    void removed_field(const pb::FieldDescriptor& field, const pb::Descriptor& after,
                       const std::string& subject, const std::string& name) {
        if (marks(*field.containing_type()).shape() == TUPLE) {
            add(severity::breaking, element::field, name, subject + gone(), where(field),
                where(after));
        } else if (what_ == question::does_the_server_fit) {
            // The client may well be the newer one; a field that only it knows does no harm.
            add(severity::compatible, element::field, name,
                subject + "is unknown here: it is not kept, and arrives with its default",
                where(field), where(after));
        } else if (after.IsReservedNumber(field.number())) {
            add(severity::compatible, element::field, name,
                subject + "was removed; its number stays reserved", where(field), where(after));
        } else {
            add(severity::breaking, element::field, name,
                subject + "was removed, and its number is free for another: keep a lock file",
                where(field), where(after));
        }
    }

    void enums(const pb::EnumDescriptor& before, const pb::EnumDescriptor& after,
               const std::string& label) {
        if (!enum_pairs_.emplace(&before, &after).second ||
            !affordable(before.value_count() + after.value_count())) {
            return;
        }
        std::map<std::string, const pb::EnumValueDescriptor*> now;
        std::set<std::string> then;
        for (int i = 0; i < after.value_count(); ++i) {
            now.emplace(cpp_name(*after.value(i)), after.value(i));
        }
        for (int i = 0; i < before.value_count() && !full(); ++i) {
            const auto& value = *before.value(i);
            then.insert(cpp_name(value));
            if (marks(value).added()) {
                continue;
            }
            const auto subject = label + "'" + cpp_name(value) + "' of " + cpp_name(before) + " ";
            const auto name = wire_name(before) + "." + cpp_name(value);
            const auto* same_number = after.FindValueByNumber(value.number());
            if (const auto at = now.find(cpp_name(value)); at != now.end()) {
                if (at->second->number() != value.number()) {
                    add(severity::breaking, element::enum_value, name,
                        subject + "was " + std::to_string(value.number()) + ", is " +
                            std::to_string(at->second->number()) + " " + here(),
                        where(value), where(*at->second));
                }
            } else if (same_number != nullptr && !marks(*same_number).added()) {
                if (what_ == question::what_changed) {
                    add(severity::compatible, element::enum_value, name,
                        subject + "is called '" + cpp_name(*same_number) + "' now", where(value),
                        where(*same_number));
                }
            } else if (what_ == question::does_the_server_fit) {
                add(severity::compatible, element::enum_value, name,
                    subject + "is unknown here: it arrives as the number " +
                        std::to_string(value.number()),
                    where(value), where(after));
            } else {
                const bool kept = after.IsReservedNumber(value.number());
                add(kept ? severity::compatible : severity::breaking, element::enum_value, name,
                    subject + (kept ? "was removed; its number stays reserved"
                                    : "was removed, and clients may send it"),
                    where(value), where(after));
            }
        }
        for (int i = 0; what_ == question::what_changed && i < after.value_count() && !full();
             ++i) {
            const auto& value = *after.value(i);
            if (!marks(value).added() && !then.contains(cpp_name(value)) &&
                before.FindValueByNumber(value.number()) == nullptr) {
                add(severity::compatible, element::enum_value,
                    wire_name(after) + "." + cpp_name(value),
                    label + "'" + cpp_name(value) + "' of " + cpp_name(after) + " was added",
                    where(before), where(value));
            }
        }
    }

    // Words and results.

    const char* here() const { return what_ == question::what_changed ? "now" : "here"; }
    const char* gone() const {
        return what_ == question::what_changed ? "was removed" : "is gone here";
    }
    /// Nothing more is looked for. What is merely different never ends the search for what breaks.
    bool full() const { return breaking_ >= max_findings; }

    bool affordable(int members) {
        members_ += static_cast<std::size_t>(members) + 1;
        if (members_ > max_members && !std::exchange(gave_up_, true)) {
            add(severity::breaking, element::type, "",
                interface_ + " reaches too many types to compare them all", "", "");
        }
        return members_ <= max_members;
    }

    void add(severity how, element kind, const std::string& member, std::string text,
             std::string old_where, std::string new_where) {
        auto& count = how == severity::breaking ? breaking_ : compatible_;
        if (count >= max_findings) {
            return;
        }
        ++count;
        found_.findings.push_back({how, kind, interface_, method_, member, std::move(text),
                                   std::move(old_where), std::move(new_where)});
    }

    const document& older_;
    const document& newer_;
    question what_;
    comparison found_;
    std::string interface_;
    std::string method_;
    std::set<std::pair<const pb::Descriptor*, const pb::Descriptor*>> pairs_;
    std::set<std::pair<const pb::EnumDescriptor*, const pb::EnumDescriptor*>> enum_pairs_;
    std::vector<type_pair> waiting_;
    bool walking_ = false;
    bool gave_up_ = false;
    std::size_t members_ = 0;
    std::size_t breaking_ = 0;
    std::size_t compatible_ = 0;
    std::size_t guesses_ = 0;
};

}  // namespace

bool comparison::fits() const noexcept {
    return findings.empty() || findings.front().severity == severity::compatible;
}

std::string comparison::summary() const {
    if (fits()) {
        return {};
    }
    const auto breaking = std::count_if(findings.begin(), findings.end(), [](const finding& one) {
        return one.severity == severity::breaking;
    });
    const auto more =
        breaking > 1 ? " (and " + std::to_string(breaking - 1) + " more)" : std::string{};
    return findings.front().text + more;
}

comparison check_client(const document& client, std::string_view wanted, const document& server,
                        std::string_view offered) {
    comparer work(client, server, question::does_the_server_fit);
    work.client(wanted, offered);
    return std::move(work).take();
}

comparison check_client(std::span<const std::byte> client, std::string_view wanted,
                        std::span<const std::byte> server, std::string_view offered) {
    const char* whose = "client";
    try {
        const auto ours = document::load(client);
        whose = "server";
        return check_client(ours, wanted, document::load(server), offered);
    } catch (const malformed& why) {
        finding one;
        one.interface = wanted;
        one.text = std::string("the ") + whose + "'s description of " + std::string(wanted) +
                   " cannot be used: " + why.what();
        return {{std::move(one)}};
    }
}

comparison compare(const document& older, const document& newer) {
    comparer work(older, newer, question::what_changed);
    work.all();
    return std::move(work).take();
}

}  // namespace roi::description
