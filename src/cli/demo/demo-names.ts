/** The name that three different people of the demo data share: looking it up is ambiguous. */
export const SHARED_NAME = 'Ravi Kumar';

/** Given names to draw from; with {@link FAMILY_NAMES} they never make {@link SHARED_NAME}. */
export const GIVEN_NAMES = [
  ...[
    'Aarav',
    'Aditi',
    'Ajay',
    'Akash',
    'Amit',
    'Ananya',
    'Anil',
    'Anjali',
    'Arjun',
    'Asha',
    'Bhavna',
    'Chetan',
  ],
  ...['Deepa', 'Devika', 'Dinesh', 'Divya', 'Farhan', 'Gauri', 'Girish', 'Harish', 'Hema', 'Imran', 'Ishita'],
  ...[
    'Jyoti',
    'Kabir',
    'Karan',
    'Kavita',
    'Lakshmi',
    'Leela',
    'Madhav',
    'Manoj',
    'Meera',
    'Mohan',
    'Nandini',
  ],
  ...['Neha', 'Nikhil', 'Nisha', 'Omkar', 'Pallavi', 'Pooja', 'Pradeep', 'Rahul', 'Rajesh', 'Rekha', 'Rohan'],
  ...[
    'Sachin',
    'Sameer',
    'Sandhya',
    'Sanjay',
    'Shalini',
    'Shweta',
    'Sneha',
    'Sunita',
    'Suresh',
    'Swati',
    'Tanvi',
  ],
  ...['Uday', 'Usha', 'Varun', 'Vidya', 'Vikram', 'Vinod', 'Yash', 'Zoya'],
] as const;

export const FAMILY_NAMES = [
  ...[
    'Agarwal',
    'Apte',
    'Banerjee',
    'Bhat',
    'Bose',
    'Chavan',
    'Deshmukh',
    'Deshpande',
    'Dixit',
    'Fernandes',
    'Ghosh',
  ],
  ...['Gokhale', 'Gupta', 'Iyer', 'Jadhav', 'Jain', 'Joshi', 'Kale', 'Kamat', 'Kapoor', 'Khan', 'Kulkarni'],
  ...[
    'Mehta',
    'Menon',
    'Mishra',
    'More',
    'Naik',
    'Nair',
    'Patel',
    'Pathak',
    'Patil',
    'Pawar',
    'Phadke',
    'Pillai',
  ],
  ...['Rao', 'Rathod', 'Reddy', 'Sathe', 'Sawant', 'Shah', 'Sharma', 'Shetty', 'Shinde', 'Singh', 'Sinha'],
  ...['Tambe', 'Thakur', 'Trivedi', 'Varma', 'Wagh', 'Yadav'],
] as const;

/** Names with accents and in other scripts, each with the ASCII form that an e-mail address carries. */
export const UNCOMMON_NAMES: readonly { readonly name: string; readonly mailName: string }[] = [
  { name: 'José Menezes', mailName: 'jose.menezes' },
  { name: 'Renée D’Souza', mailName: 'renee.dsouza' },
  { name: 'Zoë Lobo', mailName: 'zoe.lobo' },
  { name: 'François Pinto', mailName: 'francois.pinto' },
  { name: 'प्रिया शर्मा', mailName: 'priya.sharma' },
  { name: 'संजय कुलकर्णी', mailName: 'sanjay.kulkarni' },
  { name: 'રમેશ પટેલ', mailName: 'ramesh.patel' },
  { name: 'ಕವಿತಾ ಗೌಡ', mailName: 'kavitha.gowda' },
  { name: 'முருகன் செல்வம்', mailName: 'murugan.selvam' },
  { name: 'অনিতা ঘোষ', mailName: 'anita.ghosh' },
  { name: 'عائشہ خان', mailName: 'ayesha.khan' },
];

/** Areas of Pune, with the streets that addresses name. */
export const AREAS: readonly {
  readonly area: string;
  readonly pincode: string;
  readonly streets: readonly string[];
}[] = [
  { area: 'Kothrud', pincode: '411038', streets: ['Paud Road', 'Karve Road', 'Mayur Colony Lane'] },
  { area: 'Baner', pincode: '411045', streets: ['Baner Road', 'Pashan Link Road', 'Veerbhadra Nagar'] },
  { area: 'Aundh', pincode: '411007', streets: ['ITI Road', 'DP Road', 'Nagras Road'] },
  { area: 'Wakad', pincode: '411057', streets: ['Datta Mandir Road', 'Kaspate Vasti Road'] },
  { area: 'Hadapsar', pincode: '411028', streets: ['Magarpatta Road', 'Sasane Nagar Road'] },
  { area: 'Viman Nagar', pincode: '411014', streets: ['Datta Mandir Chowk Road', 'Symbiosis Road'] },
  { area: 'Kalyani Nagar', pincode: '411006', streets: ['Central Avenue', 'North Avenue'] },
  { area: 'Shivajinagar', pincode: '411005', streets: ['Fergusson College Road', 'Jangli Maharaj Road'] },
  { area: 'Bibwewadi', pincode: '411037', streets: ['Satara Road', 'Swami Vivekanand Road'] },
];

export const SOCIETIES = [
  ...[
    'Gulmohar Residency',
    'Saraswati Apartments',
    'Green Acres',
    'Shanti Heights',
    'Ganga Vihar',
    'Rose Icon',
  ],
  ...['Mont Vert', 'Silver Oak', 'Anand Park', 'Lake View', 'Park Royale', 'Suyog Nagar'],
] as const;
