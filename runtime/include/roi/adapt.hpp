// Lets a type that is not yours travel: say what it becomes on the wire, and back.
#pragma once

namespace roi {

/// Specialise it, in the interface's header or one that it includes, for a type whose fields idlc
/// cannot or must not see. `wire` is any type that travels by itself: a number, a string, a
/// container, a struct of yours.
///
///     template <>
///     struct roi::adapt<QString> {
///         using wire = std::string;
///         static wire to_wire(const QString& text) { return text.toStdString(); }
///         static QString from_wire(wire&& text) { return QString::fromStdString(text); }
///     };
///
///     class ROI_REMOTE("notes") Notes {
///     public:
///         QList<QString> titles() const;   // needs an adapt<QList<T>> as well
///         void add(const QString& title);
///     };
///
/// What from_wire throws while arguments are decoded means that they are not valid: the method
/// does not run. The adapted type must be default-constructible and assignable.
template <class T>
struct adapt;

}  // namespace roi
