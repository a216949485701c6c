import { createRoot } from 'react-dom/client';
import 'graphiql/style.css';
import './playground.css';
import { installMonacoWorkers } from './monaco-workers.ts';
import { Playground } from './playground.tsx';

installMonacoWorkers();

const root = document.getElementById('root');
if (root === null) throw new Error('The page has no element with the id "root".');
createRoot(root).render(<Playground />);
