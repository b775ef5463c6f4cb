/** What names and messages of the made-up Workspace are put together from. */
export const GIVEN_NAMES = words(
  `Amara Anna Beatriz Björn Chen Chiara David Elena Emil Fatima Felix Grace Hana Hugo Ines Ivan Jane Jonas Karim Kenji
  Laura Leo Lina Luca Maja Marie Mateo Mei Mina Nadia Niklas Noor Olga Omar Paula Pedro Priya Rafael Rosa Samuel Sara
  Sofia Stefan Tariq Theo Uma Vera Viktor Yara Zoë`,
);

export const FAMILY_NAMES = words(
  `Abebe Ahmed Almeida Andersson Baker Becker Bianchi Castro Chen Cohen Costa Dubois Eriksen Fischer Flores Garcia
  Haddad Hansen Hoffmann Ito Ivanova Jensen Kaya Keller Khan Kim Kowalski Kumar Larsen Lopez Martin Meyer Moreau Mori
  Müller Nakamura Novak Okafor Olsen Park Patel Petrov Rossi Santos Schmidt Silva Singh Sørensen Tanaka Weber`,
);

export const DEPARTMENTS = ["Engineering", "Finance", "Legal", "Marketing", "Operations", "People", "Sales", "Support"];

export const TITLES = ["Analyst", "Assistant", "Director", "Engineer", "Lead", "Manager", "Specialist"];

export const SUBJECTS = [
  "Agenda for the planning meeting",
  "Budget review for next quarter",
  "Your invoice is attached",
  "Contract draft, second reading",
  "Lunch on Thursday?",
  "Security update: action required",
  "Travel request approved",
  "Welcome to the team",
  "Minutes of the board meeting",
  "Customer feedback, weekly summary",
  "Server maintenance on Saturday",
  "New hire: first day checklist",
  "Quarterly report is ready",
  "Question about the roadmap",
  "Reminder: expense reports are due",
  "Photos of the offsite",
];

export const SENTENCES = [
  "Please have a look before Friday and tell me what you think.",
  "The numbers are in the shared folder, as always.",
  "I would like to move this to next week if nobody minds.",
  "We agreed on the first option, with one small change.",
  "Can you confirm the address and the date?",
  "The supplier has answered, and the price is fair.",
  "There is one open question about the contract.",
  "Thanks for the quick help yesterday!",
  "Attendance is optional, cake is not.",
  "The project is on time, and the budget holds.",
  "If something is missing, call me on my mobile.",
  "Legal has no objections any more.",
];

export const OUTSIDERS = [
  { name: "Northwind Billing", email: "billing@northwind.example" },
  { name: "Contoso Newsletter", email: "news@contoso.example" },
  { name: "City Library", email: "no-reply@library.example" },
  { name: "Fabrikam Support", email: "support@fabrikam.example" },
  { name: "Prize Office", email: "winner@prizes.example" },
];

export const ATTACHMENTS = ["invoice.pdf", "report.xlsx", "minutes.docx", "photo.jpg", "contract.pdf"];

function words(text: string): readonly string[] {
  return text.split(/\s+/);
}
